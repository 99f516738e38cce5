/* The message of the driver that the scope is measured with. */
#ifndef SPIKES_H
#define SPIKES_H

#include <stdint.h>

#define SWEEP_SAMPLES 10000 /**< Samples in one block. */
#define SPIKES 8192         /**< Different heights of spikes; then they come again. */

/** Which struct a message id stands for. */
enum message_id { SWEEP = 1 };

/** A block of a sine of 1 V with one spike of one sample, of 2 to 3 V. */
struct sweep {
    uint64_t first_sample;        /**< Index of samples[0] since the driver started. */
    double dt;                    /**< Time from one sample to the next. @unit s */
    uint32_t channel;             /**< 0 or 1. */
    uint32_t block;               /**< Counts blocks: the spike is 2 + block % SPIKES / SPIKES. */
    float samples[SWEEP_SAMPLES]; /**< The signal. @unit V */
};

#endif
