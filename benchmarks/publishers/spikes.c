/* The driver that the scope is measured with: spikes SOCKET RATE. It publishes two channels of RATE
 * samples per second each; every block of them has a spike that is one sample wide. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cwire.h"
#include "spikes_schema.h"

enum { CHANNELS = 2, PERIOD = 25000 };

static volatile sig_atomic_t stopped;

/* A block longer than its period, so that each block is one copy. */
static float sine[PERIOD + SWEEP_SAMPLES];

static void stop(int number) {
    (void)number;
    stopped = 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Publishes one block of each channel. */
static void publish(cwire *link, uint32_t number, double dt) {
    static struct sweep block;
    block.first_sample = (uint64_t)number * SWEEP_SAMPLES;
    block.dt = dt;
    block.block = number;
    for (block.channel = 0; block.channel < CHANNELS; block.channel++) {
        const uint64_t phase = block.first_sample + block.channel * (PERIOD / 4);
        memcpy(block.samples, sine + phase % PERIOD, sizeof block.samples);
        /* In the first half: between two spikes of a line there are always 5000 samples, so that no
         * spike is behind another one in its column of pixels. */
        const uint32_t place = number * 37 % (SWEEP_SAMPLES / 2);
        block.samples[place] = 2.0f + (float)(number % SPIKES) / SPIKES;
        cwire_publish(link, SWEEP, &block, sizeof block);
    }
}

int main(int argc, char **argv) {
    const double rate = argc == 3 ? strtod(argv[2], NULL) : 0;
    if (!(rate >= 1)) {
        fprintf(stderr, "usage: spikes SOCKET RATE\n");
        return 2;
    }
    cwire *link = cwire_listen(argv[1], &spikes_schema, NULL);
    if (!link) {
        fprintf(stderr, "spikes: %s\n", cwire_error(NULL));
        return 1;
    }
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    for (int i = 0; i < PERIOD + SWEEP_SAMPLES; i++)
        sine[i] = (float)sin(2 * 3.14159265358979 * i / PERIOD);
    printf("spikes: listening at %s\n", cwire_path(link));
    fflush(stdout);
    const double length = SWEEP_SAMPLES / rate;
    double due = now();
    uint32_t number = 0;
    while (!stopped) {
        const double early = due - now();
        if (cwire_poll(link, early > 0 ? (int)(1e3 * early) + 1 : 0) < 0)
            break;
        for (; due <= now(); due += length, number++)
            if (cwire_wanted(link, SWEEP))
                publish(link, number, 1 / rate);
    }
    cwire_close(link);
    return 0;
}
