/* The signals of the function generator, as a pure function of the sample's index: the same index
 * gives the same value, however often and in whatever order it is asked for.
 */
#ifndef GENERATOR_H
#define GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#include "messages.h"

#define GENERATOR_LIMIT 10.0 /* the output stage ends at plus and minus this many volts */

typedef struct generator_channel {
    struct waveform waveform;
    double step;       /* periods per sample */
    double base_phase; /* in periods, at base_sample */
    uint64_t base_sample;
} generator_channel;

typedef struct generator {
    double sample_rate; /* per second */
    generator_channel channels[SCOPE_CHANNELS];
} generator;

/* Sets a channel's waveform from sample `now` on, without a jump in phase. */
void generator_set(generator *g, const struct waveform *waveform, uint64_t now);

/* Sets the sample rate from sample `now` on, which gets the index `renumbered`. */
void generator_set_rate(generator *g, double sample_rate, uint64_t now, uint64_t renumbered);

/* The signal in volts as the output stage would like to make it, without its limit. */
double generator_value(const generator *g, unsigned channel, uint64_t sample);

/* Fills `samples` with the signal from index `first` on, limited as the output stage does. */
void generator_fill(const generator *g, unsigned channel, uint64_t first, float *samples,
                    size_t count);

/* Looks for a sample in first..last at which the limited signal has just crossed `level`, upwards
 * if `rising`. Returns 1 and sets *at, or 0. */
int generator_find_edge(const generator *g, unsigned channel, double level, int rising,
                        uint64_t first, uint64_t last, uint64_t *at);

/* Measures a channel over one period: largest deviation from 0 and root mean square, in volts,
 * without the limit. */
void generator_measure(const generator *g, unsigned channel, double *peak, double *rms);

#endif
