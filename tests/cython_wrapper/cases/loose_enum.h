#include <stdint.h>
enum gear { REVERSE = -1, NEUTRAL, FIRST };
enum { FLAG_CLUTCH = 1, FLAG_ABS = 2 };
#define REDLINE 7200
/** @msg 1 */
struct drive { int8_t gear; uint8_t flags; };
