#include <stdint.h>
struct point {
    uint8_t tag;
    double x;
    uint32_t n;
};
#pragma pack(1)
struct track {
    uint8_t count;
    struct point first;
    uint32_t sum;
};
/* no #pragma pack() at the end */
