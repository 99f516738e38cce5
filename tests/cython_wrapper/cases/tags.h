#include <stdint.h>
#define MAX_RATE 500
#define MAX_VOLTS (4.5 * 2)
enum gear { REVERSE = -1, NEUTRAL, FIRST };
enum message_id { GO = 16 };
/** Drives. @command */
struct go {
    uint16_t rate;    /**< How often. @range 0 MAX_RATE @default MAX_RATE @unit Hz */
    float volts;      /**< @range -MAX_VOLTS MAX_VOLTS */
    int8_t gear;      /**< The gear. @enum gear @default FIRST */
    uint8_t gears[2]; /**< @enum gear */
    int16_t warm;     /**< Outside. @scale 0.01 @offset -40 @unit °C @name "Outside air" @range 0 8000 */
    int16_t pair[2];  /**< @scale 0.5 @unit V */
    uint64_t stamp;   /**< @time us unix */
    uint32_t tow;     /**< @time ms gps */
    float dt;         /**< @time µs */
    uint32_t left;    /**< @tile x */
    float force[3];   /**< @channels x y "z down" @unit{N} */
};
