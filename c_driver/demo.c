/* What the demo driver publishes, and when. See demo.h. */
#define _POSIX_C_SOURCE 200809L
#include "demo.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "camera.h"
#include "pyramid.h"

#define STATUS_PERIOD 0.5       /* seconds */
#define PICTURE_RATE 60.0       /* of the large image: how fast it moves */
#define PIECE_BYTES (4u << 20)  /* of a picture of many tiles, before looking at the link again */
#define PIECE_WAIT 1e-3         /* seconds until the next piece of it */
#define LATEST 0.25             /* seconds behind after which blocks are skipped */
#define BLOCKS_AT_ONCE 64       /* to catch up with before looking at the link again */
#define PENDING_MOST (4u << 20) /* bytes that wait for a slow peer before images pause */

double demo_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double demo_window_time(const demo *d) {
    return d->anchor_time + (double)(d->window - d->anchor_sample) / d->acquisition.sample_rate;
}

static double window_end(const demo *d) {
    return demo_window_time(d) + SCOPE_SAMPLES / d->acquisition.sample_rate;
}

/* With a trigger, a block may begin up to a block earlier: at the first edge found there. */
static void publish_blocks(demo *d) {
    struct scope_block block;
    uint64_t first = d->window;
    int32_t trigger = -1;
    if (d->acquisition.trigger != FREE_RUN) {
        uint64_t from = first > SCOPE_SAMPLES ? first - SCOPE_SAMPLES : 0;
        if (generator_find_edge(&d->generator, d->acquisition.channel, d->acquisition.level,
                                d->acquisition.trigger == RISING_EDGE, from, d->window, &first))
            trigger = 0;
    }
    for (uint32_t channel = 0; channel < SCOPE_CHANNELS; channel++) {
        block.first_sample = first;
        block.dt = 1.0 / d->acquisition.sample_rate;
        block.channel = channel;
        block.trigger = trigger;
        generator_fill(&d->generator, channel, first, block.samples, SCOPE_SAMPLES);
        cwire_publish(d->link, SCOPE_BLOCK, &block, sizeof block);
    }
    d->blocks += SCOPE_CHANNELS;
    if (d->blocks_left > 0 && --d->blocks_left == 0)
        d->running = 0;
}

/* Sample numbers go with the clock: blocks that are hopelessly late are left out, and so are those
 * of the time while it is stopped; first_sample shows it. */
void demo_run_scope(demo *d) {
    double now = demo_seconds();
    double late = (now - window_end(d)) * d->acquisition.sample_rate / SCOPE_SAMPLES; /* blocks */
    if (!d->running && late >= 0)
        d->window += ((uint64_t)late + 1) * SCOPE_SAMPLES;
    else if (late * SCOPE_SAMPLES > LATEST * d->acquisition.sample_rate)
        d->window += (uint64_t)late * SCOPE_SAMPLES;
    for (int i = 0; i < BLOCKS_AT_ONCE && d->running && window_end(d) <= now; i++) {
        publish_blocks(d);
        d->window += SCOPE_SAMPLES;
    }
}

void demo_fill_status(demo *d, struct driver_status *status) {
    const float calibration[SCOPE_CHANNELS][3] = {{1.002f, -0.0013f, 0.0004f},
                                                  {0.998f, 0.0021f, 0.0005f}};
    double up = demo_seconds() - d->started;
    memset(status, 0, sizeof *status);
    status->running = d->running != 0;
    status->cpu_load = d->cpu_load;
    status->peers = (uint16_t)cwire_wanted(d->link, SCOPE_BLOCK);
    status->temperature = (float)(36.0 + 1.5 * sin(up / 40.0) + 0.2 * sin(up * 1.7));
    status->blocks = d->blocks;
    status->commands = d->commands;
    status->uptime = up;
    strcpy(status->firmware, "demo " CWIRE_VERSION);
    memcpy(status->calibration, calibration, sizeof calibration);
    status->acquisition = d->acquisition;
    for (unsigned i = 0; i < SCOPE_CHANNELS; i++)
        status->channels[i] = d->generator.channels[i].waveform;
}

static void run_status(demo *d, double now) {
    struct driver_status status;
    if (now < d->next_status)
        return;
    double cpu = (double)clock() / CLOCKS_PER_SEC;
    double load = 100.0 * (cpu - d->status_cpu) / (now - d->status_time);
    d->cpu_load = (uint8_t)(load < 0 ? 0 : load > 100 ? 100 : load + 0.5);
    d->status_cpu = cpu;
    d->status_time = now;
    d->next_status += STATUS_PERIOD;
    if (d->next_status < now) /* we were stopped for a while */
        d->next_status = now + STATUS_PERIOD;
    demo_fill_status(d, &status);
    cwire_publish(d->link, DRIVER_STATUS, &status, sizeof status);
}

/* A picture is work: it is only made when someone wants it and keeps up. */
static void run_camera(demo *d, double now) {
    uint16_t pixels[CAMERA_TILE_WIDTH * CAMERA_TILE_HEIGHT];
    struct camera_tile tile;
    if (now < d->next_image)
        return;
    d->next_image += 1.0 / CAMERA_RATE;
    if (d->next_image < now)
        d->next_image = now + 1.0 / CAMERA_RATE;
    d->image++;
    if (!cwire_wanted(d->link, CAMERA_TILE) || cwire_pending(d->link) > PENDING_MOST)
        return;
    struct timespec stamp;
    clock_gettime(CLOCK_REALTIME, &stamp);
    uint64_t time_ns = (uint64_t)stamp.tv_sec * UINT64_C(1000000000) + (uint64_t)stamp.tv_nsec;
    for (unsigned i = 0; i < CAMERA_TILES; i++) {
        camera_render(d->image, i, &tile, pixels);
        const cwire_part parts[2] = {{&tile, offsetof(struct camera_tile, pixels)},
                                     {pixels, sizeof pixels}};
        cwire_publish_parts(d->link, CAMERA_TILE, time_ns, parts, 2); /* one stamp per picture */
    }
}

/* All tiles of a picture have its number and time. Many tiles are published in pieces, so that the
 * ring holds them and commands do not wait. */
static void publish_piece(demo *d) {
    static double pixels[PYRAMID_PIXELS]; /* the largest ones, and aligned for all */
    struct image_tile tile;
    size_t bytes = 0;
    memset(&tile, 0, sizeof tile);
    tile.picture = d->picture;
    for (; d->at_viewer < WANTS_VIEWERS; d->at_viewer++, d->at_tile = 0)
        for (; d->at_tile < d->wants.viewers[d->at_viewer].count; d->at_tile++) {
            const viewer_wants *viewer = &d->wants.viewers[d->at_viewer];
            if (bytes >= PIECE_BYTES)
                return;
            if (wants_doubly(&d->wants, d->at_viewer, d->at_tile))
                continue;
            tile.level = viewer->tiles[d->at_tile].level;
            tile.x = viewer->tiles[d->at_tile].x;
            tile.y = viewer->tiles[d->at_tile].y;
            tile.width = tile.height = IMAGE_TILE_SIZE; /* the image is made of whole tiles */
            tile.format = viewer->format;
            size_t size = pyramid_render(tile.picture, &tile, pixels);
            const cwire_part parts[2] = {{&tile, offsetof(struct image_tile, pixels)},
                                         {pixels, size}};
            cwire_publish_parts(d->link, IMAGE_TILE, d->picture_time_ns, parts, 2);
            bytes += size;
        }
}

void demo_rate_pictures(demo *d) {
    double now = demo_seconds();
    uint32_t rate = wants_rate(&d->wants, now);
    if (!rate) {
        d->next_picture = 0;
        return;
    }
    d->picture_period = 1.0 / rate;
    if (d->next_picture <= 0 || d->next_picture > now + d->picture_period)
        d->next_picture = now;
}

static void begin_picture(demo *d, double now) {
    struct timespec stamp;
    clock_gettime(CLOCK_REALTIME, &stamp);
    d->picture_time_ns = (uint64_t)stamp.tv_sec * UINT64_C(1000000000) + (uint64_t)stamp.tv_nsec;
    d->picture = (uint32_t)(PICTURE_RATE * (now - d->started));
    d->at_viewer = d->at_tile = 0;
    d->next_picture += d->picture_period;
    if (d->next_picture < now)
        d->next_picture = now + d->picture_period;
    demo_rate_pictures(d);
}

static void run_pictures(demo *d, double now) {
    if (!cwire_wanted(d->link, IMAGE_TILE))
        d->at_viewer = WANTS_VIEWERS;
    if (d->at_viewer == WANTS_VIEWERS && d->next_picture > 0 && now >= d->next_picture)
        begin_picture(d, now);
    if (d->at_viewer < WANTS_VIEWERS && cwire_pending(d->link) <= PENDING_MOST)
        publish_piece(d);
}

void demo_begin(demo *d, cwire *link, double rate) {
    /* Blocks begin with the sine, 60 a second; the triangle moves slowly beside it. */
    const struct waveform sine = {0, SINE, 180.0, 1.0, 0.0};
    const struct waveform triangle = {1, TRIANGLE, 120.25, 0.5, 0.25};
    memset(d, 0, sizeof *d);
    d->link = link;
    d->at_viewer = WANTS_VIEWERS;
    d->running = 1;
    d->acquisition.sample_rate = rate * SCOPE_SAMPLES;
    d->acquisition.trigger = RISING_EDGE;
    d->generator.sample_rate = d->acquisition.sample_rate;
    generator_set(&d->generator, &sine, 0);
    generator_set(&d->generator, &triangle, 0);
    d->started = d->anchor_time = d->next_status = d->next_image = demo_seconds();
    d->status_time = d->started - 1e-3;
    d->status_cpu = (double)clock() / CLOCKS_PER_SEC;
}

void demo_run(demo *d) {
    demo_run_scope(d);
    run_status(d, demo_seconds());
    run_camera(d, demo_seconds());
    run_pictures(d, demo_seconds());
}

int demo_time_to_wait(const demo *d) {
    double now = demo_seconds();
    double due = d->next_status < d->next_image ? d->next_status : d->next_image;
    if (d->at_viewer < WANTS_VIEWERS)
        due = fmin(due, now + PIECE_WAIT);
    else if (d->next_picture > 0 && d->next_picture < due)
        due = d->next_picture;
    if (d->running && window_end(d) < due)
        due = window_end(d);
    return due > now ? (int)ceil(1e3 * (due - now)) : 0;
}
