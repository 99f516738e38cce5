#include <stdint.h>
/** @msg 1 */
struct reading { uint32_t number; uint32_t value; };
