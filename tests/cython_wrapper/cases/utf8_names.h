#include <stdint.h>
/** @msg 1 */
struct optic { float λ; uint32_t größe; uint8_t a$b; };
