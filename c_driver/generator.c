/* The signals of the function generator. See generator.h. */
#include "generator.h"

#include <math.h>

static const double two_pi = 6.283185307179586;

static double phase_at(const generator_channel *channel, uint64_t sample) {
    /* The difference is signed: a triggered block may begin before the last change. */
    double phase =
        channel->base_phase + (double)(int64_t)(sample - channel->base_sample) * channel->step;
    return phase - floor(phase);
}

/* SplitMix64's finaliser (Steele, Lea, Flood 2014): random bits from a counter. */
static uint64_t scramble(uint64_t x) {
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

/* Gaussian noise of standard deviation 1, by Box and Muller. */
static double noise_at(unsigned channel, uint64_t sample) {
    uint64_t bits = scramble(sample ^ (uint64_t)(channel + 1) << 56);
    double radius = ((double)(bits >> 32) + 1.0) / 4294967296.0;
    double angle = (double)(bits & UINT32_MAX) / 4294967296.0;
    return sqrt(-2.0 * log(radius)) * cos(two_pi * angle);
}

/* The shape at a phase from 0 to 1, between -1 and 1. */
static double shape_at(enum waveform_shape shape, double phase) {
    switch (shape) {
    case SQUARE:
        return phase < 0.5 ? 1.0 : -1.0;
    case TRIANGLE:
        return phase < 0.25 ? 4.0 * phase : phase < 0.75 ? 2.0 - 4.0 * phase : 4.0 * phase - 4.0;
    case SINE:
    case NOISE:
    default:
        return sin(two_pi * phase);
    }
}

static double limited(double value) {
    return value > GENERATOR_LIMIT    ? GENERATOR_LIMIT
           : value < -GENERATOR_LIMIT ? -GENERATOR_LIMIT
                                      : value;
}

void generator_set(generator *g, const struct waveform *waveform, uint64_t now) {
    generator_channel *channel = &g->channels[waveform->channel];
    channel->base_phase = phase_at(channel, now);
    channel->base_sample = now;
    channel->step = waveform->frequency / g->sample_rate;
    channel->waveform = *waveform;
}

void generator_set_rate(generator *g, double sample_rate, uint64_t now, uint64_t renumbered) {
    g->sample_rate = sample_rate;
    for (unsigned i = 0; i < SCOPE_CHANNELS; i++) {
        generator_channel *channel = &g->channels[i];
        channel->base_phase = phase_at(channel, now);
        channel->base_sample = renumbered;
        channel->step = channel->waveform.frequency / sample_rate;
    }
}

double generator_value(const generator *g, unsigned channel, uint64_t sample) {
    const generator_channel *c = &g->channels[channel];
    double unit = c->waveform.shape == NOISE ? noise_at(channel, sample)
                                             : shape_at(c->waveform.shape, phase_at(c, sample));
    return c->waveform.offset + c->waveform.amplitude * unit;
}

void generator_fill(const generator *g, unsigned channel, uint64_t first, float *samples,
                    size_t count) {
    for (size_t i = 0; i < count; i++)
        samples[i] = (float)limited(generator_value(g, channel, first + i));
}

int generator_find_edge(const generator *g, unsigned channel, double level, int rising,
                        uint64_t first, uint64_t last, uint64_t *at) {
    double before = limited(generator_value(g, channel, first));
    for (uint64_t sample = first + 1; sample <= last; sample++) {
        double value = limited(generator_value(g, channel, sample));
        if (rising ? before < level && value >= level : before > level && value <= level) {
            *at = sample;
            return 1;
        }
        before = value;
    }
    return 0;
}

void generator_measure(const generator *g, unsigned channel, double *peak, double *rms) {
    enum { POINTS = 4096 };
    const struct waveform *waveform = &g->channels[channel].waveform;
    double largest = 0, squares = 0;
    for (unsigned i = 0; i < POINTS; i++) {
        double unit = waveform->shape == NOISE ? noise_at(channel, i)
                                               : shape_at(waveform->shape, i / (double)POINTS);
        double value = waveform->offset + waveform->amplitude * unit;
        largest = fabs(value) > largest ? fabs(value) : largest;
        squares += value * value;
    }
    *peak = largest;
    *rms = sqrt(squares / POINTS);
}
