#include <stdint.h>
enum message_id { GO = 16 };
enum mode { OFF, ON /**< Goes. */ };
/** @command */
struct go {
    double speed; double share; /**< Part of all. @range 0 1 @unit % */
    uint8_t a, b; ///< Both.
    unsigned c : 3; unsigned d : 4; /*!< Last. */
    struct { uint8_t x; } in; //!< Inner.
    enum mode mode;
};
