#include <stdint.h>
struct pulse {
    unsigned char channel;
    short width;
};
struct synth {
    uint8_t address : 4;
    uint16_t fraction : 15;
    uint8_t whole : 8;
    uint8_t flags : 5;
};
