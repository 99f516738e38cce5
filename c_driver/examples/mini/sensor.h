/* The messages of mini.c, a simulated microcontroller with a sensor and a lamp. `cwire wrap` makes
 * sensor_schema.h of it. */
#ifndef SENSOR_H
#define SENSOR_H

#include <stdint.h>

#define SENSOR_SAMPLES 256 /**< Samples in a block. */

/** Which struct a message id stands for: the id's name in lower case is the struct's. */
enum message_id { SAMPLES = 1, LAMP = 2, SET_LAMP = 16, LOAD_TABLE = 17 };

/** A block of samples, as the converter gives them. */
struct samples {
    uint32_t first;                 /**< Number of the first sample since the start. */
    float rate;                     /**< @unit Hz */
    int16_t values[SENSOR_SAMPLES]; /**< @unit V @scale 0.001 */
};

/** The lamp. */
struct lamp {
    uint32_t brightness; /**< @unit % */
    uint32_t changes;    /**< How often it was set. */
};

/** Sets the lamp. @command @reply lamp */
struct set_lamp {
    uint32_t brightness; /**< @range 0 100 @unit % */
};

/** Loads a correction: larger than the memory for a command, where that is small. @command */
struct load_table {
    float factors[64]; /**< One for each range. */
};

#endif
