#include <stdint.h>
#pragma pack(push, 1)
struct Header {
    uint16_t format;
    uint8_t id;
};
struct Motion {
    Header header;
    float x[3];
};
#pragma pack(pop)
