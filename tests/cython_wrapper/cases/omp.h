#include <omp.h>
struct iq {
    float i, q;
};
