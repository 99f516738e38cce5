#include <math.h>
#define NO_TEMPERATURE NAN
#define NO_LIMIT (-INFINITY)
struct probe {
    float temperature;
};
