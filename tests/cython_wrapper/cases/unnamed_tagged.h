#include <stdint.h>
struct head {
    uint32_t id;
    uint16_t bytes;
};
struct body {
    struct head;
    uint32_t sum;
};
