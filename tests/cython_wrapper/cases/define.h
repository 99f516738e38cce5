#include <stdint.h>
enum mode { IDLE, RUN };
struct burst {
    uint8_t count;
    enum mode mode;
    uint16_t samples[BURST];
};
