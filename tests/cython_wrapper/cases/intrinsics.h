#include <immintrin.h>
struct iq {
    float i, q;
};
