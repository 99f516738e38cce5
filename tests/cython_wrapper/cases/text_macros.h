#include <stdint.h>
#define LABEL_0 "channel 0"
#define LABEL_1 "channel 1"
#define LABEL_2 "channel 2"
#define LABEL_3 "channel 3"
#define LABEL_4 "channel 4"
#define LABEL_5 "channel 5"
#define LABEL_6 "channel 6"
#define LABEL_7 "channel 7"
#define LABEL_8 "channel 8"
#define LABEL_9 "channel 9"
#define CHANNELS 10
struct sample {
    uint16_t volts[CHANNELS];
};
