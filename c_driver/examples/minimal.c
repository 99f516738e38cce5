/* The smallest useful driver: publishes a sine in blocks and takes one command.
 *
 * Built by `make` in c_driver; by hand, with an installed cwire:
 *     cc minimal.c $(pkg-config --cflags --libs cwire) -lm
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "messages_schema.h" /* made from messages.h by `cwire wrap messages.h` */

static struct waveform wave = {0, SINE, 5.0, 1.0, 0.0};

/* The payload's size has been checked; its values are for us to check. */
static int set_waveform(cwire *link, const cwire_command *command, void *user) {
    const struct set_waveform *asked = command->payload;
    (void)user;
    if (!(asked->frequency >= 0.01 && asked->frequency <= 1000.0))
        return cwire_reply_error(link, command->token, CWIRE_ERANGE,
                                 "frequency %g Hz is out of range: 0.01 to 1000 Hz",
                                 asked->frequency);
    wave.frequency = asked->frequency;
    wave.amplitude = asked->amplitude;
    return cwire_reply(link, command->token, &wave, sizeof wave);
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

int main(int argc, char **argv) {
    static struct scope_block block;
    cwire *link = cwire_listen(argc > 1 ? argv[1] : NULL, &messages_schema, NULL);
    if (!link) {
        fprintf(stderr, "minimal: %s\n", cwire_error(NULL));
        return 1;
    }
    cwire_on_command(link, SET_WAVEFORM, set_waveform, NULL);
    printf("minimal: listening at %s\n", cwire_path(link));
    fflush(stdout);
    block.dt = 1e-4;
    block.trigger = -1;
    double phase = 0, due = milliseconds();
    for (;; block.first_sample += SCOPE_SAMPLES) {
        for (int i = 0; i < SCOPE_SAMPLES; i++) {
            block.samples[i] = (float)(wave.amplitude * sin(6.283185307179586 * phase));
            phase += wave.frequency * block.dt;
        }
        cwire_publish(link, SCOPE_BLOCK, &block, sizeof block);
        due += 1e3 * block.dt * SCOPE_SAMPLES;
        do /* sends the block and runs set_waveform, until the next block is due */
            if (cwire_poll(link, (int)fmax(0, due - milliseconds())) < 0)
                return 1;
        while (milliseconds() < due);
    }
}
