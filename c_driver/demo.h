/* The demo driver's state, and its parts: demo.c publishes, commands.c does what it is told. */
#ifndef DEMO_H
#define DEMO_H

#include "cwire.h"
#include "generator.h"
#include "wants.h"

typedef struct demo {
    cwire *link;
    generator generator;
    struct acquisition acquisition;
    int running;
    uint64_t window;        /* index of the first sample of the block that is due next */
    uint64_t anchor_sample; /* this sample ... */
    double anchor_time;     /* ... was taken at this time, on our clock */
    uint64_t blocks_left;   /* until it stops by itself; 0: it does not */
    uint64_t blocks, commands;
    double started;
    double next_status;
    double status_cpu, status_time; /* processor and wall time at the last status */
    uint8_t cpu_load;
    uint32_t image;
    double next_image;
    wants wants;           /* tiles of the large image */
    double next_picture;   /* when the large image is due; 0: nobody wants it */
    double picture_period; /* seconds */
    uint32_t picture;      /* the last one that was begun */
    uint64_t picture_time_ns;
    size_t at_viewer, at_tile; /* of that picture: what is published next; WANTS_VIEWERS: all is */
} demo;

/* Begins with signals worth looking at, `rate` blocks per second and channel. */
void demo_begin(demo *d, cwire *link, double rate);

/* Registers the commands. */
void demo_add_commands(demo *d);

/* Publishes what is due. */
void demo_run(demo *d);

/* Publishes the blocks whose last sample has been taken; while stopped, lets time pass. */
void demo_run_scope(demo *d);

/* Makes the large image's next picture come as soon as its rate allows, since wishes changed. */
void demo_rate_pictures(demo *d);

/* Milliseconds, rounded up, until something is due. */
int demo_time_to_wait(const demo *d);

/* The time at which the sample with index `window` is taken, on demo_seconds' clock. */
double demo_window_time(const demo *d);

void demo_fill_status(demo *d, struct driver_status *status);

/* Seconds on a clock that is never set. */
double demo_seconds(void);

#endif
