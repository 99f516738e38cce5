#include <stdbool.h>
#include <stdint.h>
struct Motion {
    uint16_t format = 23;
    float x[3];
};
bool motion_start(int rate = 60);
