/* What the driver and its clients say to each other: the only place that says so. Change it as you
 * like; `make` does the rest.
 *
 * Tags in a struct's comment:  @command (clients send it)  @reply NAME (what answers it)
 * Tags in a field's comment:   @unit U  @range LOW HIGH  @default VALUE
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdint.h>

#define TRACE_POINTS 500 /**< Points in one trace. */

/** The number of each message; its name in lower case is the struct: TRACE is struct trace. */
enum message_id { TRACE = 1, SINE = 2, SET_SINE = 16 };

/** A piece of the signal; the next one begins where it ends. */
struct trace {
    uint64_t number;           /**< Counts traces. */
    double dt;                 /**< From one point to the next. @unit s */
    float volts[TRACE_POINTS]; /**< The points. @unit V */
};

/** What the signal is now. */
struct sine {
    double frequency; /**< Periods per second. @unit Hz */
    double amplitude; /**< From the middle to the peak. @unit V */
};

/** Changes the signal. @command @reply sine */
struct set_sine {
    double frequency; /**< Periods per second. @unit Hz @range 1 1000 @default 100 */
    double amplitude; /**< From the middle to the peak. @unit V @range 0 10 @default 1 */
};

#endif
