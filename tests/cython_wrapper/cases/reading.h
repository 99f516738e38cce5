#include <stdint.h>
struct reading {
    uint16_t number;
    uint32_t value;
};
