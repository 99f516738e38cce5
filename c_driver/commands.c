/* The commands of the demo driver. See demo.h. */
#include <stdio.h>
#include <string.h>

#include "demo.h"
#include "pyramid.h"

/* Says no, with the reason, if the value is not in low..high. NaN is in no range. */
static int check(cwire *link, const cwire_command *command, const char *what, double value,
                 const char *unit, double low, double high) {
    if (value >= low && value <= high)
        return 0;
    cwire_reply_error(link, command->token, CWIRE_ERANGE, "%s %g%s is out of range: %g to %g%s",
                      what, value, unit, low, high, unit);
    return CWIRE_ERANGE;
}

/* Enumerations as they came: a peer may send any number. */
static int check_choice(cwire *link, const cwire_command *command, const char *what,
                        unsigned long value, unsigned long last, const char *choices) {
    if (value <= last)
        return 0;
    cwire_reply_error(link, command->token, CWIRE_ERANGE, "%s %lu is not known: it is %s", what,
                      value, choices);
    return CWIRE_ERANGE;
}

/* A bool on the wire is a byte, which C must not read as a bool unless it is 0 or 1. */
static int flag_at(const cwire_command *command, size_t offset) {
    return ((const unsigned char *)command->payload)[offset] != 0;
}

static int on_set_waveform(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    const struct set_waveform *asked = command->payload;
    struct waveform wave;
    d->commands++;
    if (check(link, command, "channel", asked->channel, "", 0, SCOPE_CHANNELS - 1) ||
        check_choice(link, command, "shape", (unsigned long)asked->shape, NOISE,
                     "SINE (0), SQUARE (1), TRIANGLE (2) or NOISE (3)") ||
        check(link, command, "frequency", asked->frequency, " Hz", 0.01, 1e6) ||
        check(link, command, "amplitude", asked->amplitude, " V", 0, GENERATOR_LIMIT) ||
        check(link, command, "offset", asked->offset, " V", -GENERATOR_LIMIT, GENERATOR_LIMIT))
        return CWIRE_ERANGE;
    memset(&wave, 0, sizeof wave);
    wave.channel = asked->channel;
    wave.shape = asked->shape;
    wave.frequency = asked->frequency;
    wave.amplitude = asked->amplitude;
    wave.offset = asked->offset;
    generator_set(&d->generator, &wave, d->window);
    return cwire_reply(link, command->token, &wave, sizeof wave);
}

static int on_get_status(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    struct driver_status status;
    d->commands++;
    demo_fill_status(d, &status);
    if (flag_at(command, offsetof(struct get_status, reset_counters)))
        d->blocks = d->commands = 0;
    return cwire_reply(link, command->token, &status, sizeof status);
}

static int on_start(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    const struct start *asked = command->payload;
    (void)link;
    d->commands++;
    demo_run_scope(d); /* what was due before does not count */
    d->blocks_left = asked->blocks;
    d->running = 1;
    return CWIRE_OK;
}

static int on_stop(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    (void)link;
    d->commands++;
    demo_run_scope(d);
    d->running = 0;
    if (flag_at(command, offsetof(struct stop, reset_time))) {
        generator_set_rate(&d->generator, d->acquisition.sample_rate, d->window, 0);
        d->anchor_time = demo_seconds();
        d->anchor_sample = d->window = 0;
    }
    return CWIRE_OK;
}

static int on_self_test(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    const struct self_test *asked = command->payload;
    struct self_test_result result;
    double peak, rms;
    d->commands++;
    if (check(link, command, "channel", asked->channel, "", 0, SCOPE_CHANNELS - 1))
        return CWIRE_ERANGE;
    const struct waveform *wave = &d->generator.channels[asked->channel].waveform;
    generator_measure(&d->generator, asked->channel, &peak, &rms);
    if (peak > GENERATOR_LIMIT) {
        cwire_reply_error(
            link, command->token, CWIRE_EFAILED,
            "channel %u clips: its signal reaches %.3g V and the output ends at %g V. "
            "Lower its amplitude (%g V) or its offset (%g V)",
            (unsigned)asked->channel, peak, GENERATOR_LIMIT, wave->amplitude, wave->offset);
        return CWIRE_EFAILED;
    }
    memset(&result, 0, sizeof result);
    result.channel = asked->channel;
    result.peak = (float)peak;
    result.rms = (float)rms;
    snprintf(result.verdict, sizeof result.verdict, "channel %u is well: %.3g V below the limit",
             (unsigned)asked->channel, GENERATOR_LIMIT - peak);
    return cwire_reply(link, command->token, &result, sizeof result);
}

static int on_set_acquisition(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    const struct set_acquisition *asked = command->payload;
    d->commands++;
    if (check(link, command, "sample_rate", asked->sample_rate, " Hz", 1e3, 1e7) ||
        check(link, command, "level", asked->level, " V", -GENERATOR_LIMIT, GENERATOR_LIMIT) ||
        check_choice(link, command, "trigger", (unsigned long)asked->trigger, FALLING_EDGE,
                     "FREE_RUN (0), RISING_EDGE (1) or FALLING_EDGE (2)") ||
        check(link, command, "channel", asked->channel, "", 0, SCOPE_CHANNELS - 1))
        return CWIRE_ERANGE;
    /* The new rate holds from the begin of the block that is being taken. */
    d->anchor_time = demo_window_time(d);
    d->anchor_sample = d->window;
    memset(&d->acquisition, 0, sizeof d->acquisition);
    d->acquisition.sample_rate = asked->sample_rate;
    d->acquisition.level = asked->level;
    d->acquisition.trigger = asked->trigger;
    d->acquisition.channel = asked->channel;
    generator_set_rate(&d->generator, asked->sample_rate, d->window, d->window);
    return cwire_reply(link, command->token, &d->acquisition, sizeof d->acquisition);
}

static int on_want_tiles(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    const struct want_tiles *asked = command->payload;
    size_t count = (command->size - offsetof(struct want_tiles, tiles)) / sizeof *asked->tiles;
    struct image reply;
    d->commands++;
    if (check_choice(link, command, "format", (unsigned long)asked->format, FLOAT64,
                     "UINT8 (0) to FLOAT64 (6)") ||
        check(link, command, "rate", asked->rate, " Hz", 1, 60) ||
        check(link, command, "number of tiles", (double)count, "", 0, WANTS_TILES))
        return CWIRE_ERANGE;
    for (size_t i = 0; i < count; i++) {
        const struct wanted_tile *tile = &asked->tiles[i];
        if (!pyramid_has(tile->level, tile->x, tile->y)) {
            cwire_reply_error(link, command->token, CWIRE_ERANGE,
                              "there is no tile at x %lu, y %lu of level %u: levels are 0 to %d, "
                              "edges multiples of %d below %d >> level",
                              (unsigned long)tile->x, (unsigned long)tile->y, (unsigned)tile->level,
                              PYRAMID_LEVELS - 1, IMAGE_TILE_SIZE, PYRAMID_WIDTH);
            return CWIRE_ERANGE;
        }
    }
    if (wants_take(&d->wants, asked, count, demo_seconds()) < 0) {
        cwire_reply_error(link, command->token, CWIRE_EBUSY,
                          "%d viewers look at the image already: close one, and ask again after "
                          "%g s",
                          WANTS_VIEWERS, WANTS_LEASE);
        return CWIRE_EBUSY;
    }
    demo_rate_pictures(d);
    memset(&reply, 0, sizeof reply);
    reply.width = PYRAMID_WIDTH;
    reply.height = PYRAMID_HEIGHT;
    reply.tile_size = reply.tile_rows = IMAGE_TILE_SIZE;
    reply.levels = PYRAMID_LEVELS;
    reply.lease = (float)WANTS_LEASE;
    return cwire_reply(link, command->token, &reply, sizeof reply);
}

static int on_echo(cwire *link, const cwire_command *command, void *user) {
    demo *d = user;
    d->commands++;
    return cwire_reply(link, command->token, command->payload, command->size);
}

void demo_add_commands(demo *d) {
    cwire_on_command(d->link, SET_WAVEFORM, on_set_waveform, d);
    cwire_on_command(d->link, GET_STATUS, on_get_status, d);
    cwire_on_command(d->link, START, on_start, d);
    cwire_on_command(d->link, STOP, on_stop, d);
    cwire_on_command(d->link, SELF_TEST, on_self_test, d);
    cwire_on_command(d->link, SET_ACQUISITION, on_set_acquisition, d);
    cwire_on_command(d->link, ECHO, on_echo, d);
    cwire_on_command(d->link, WANT_TILES, on_want_tiles, d);
}
