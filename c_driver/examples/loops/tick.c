/* A driver in a loop that ticks, as on an RTOS: nothing in it waits but the tick itself. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <time.h>

#include "waveform.h"

enum { TICK_NS = 1000000 }; /* a thousand ticks in a second */

static volatile sig_atomic_t stop;

static void on_signal(int number) { stop = number; }

/* Waits for the next tick, as vTaskDelayUntil does. */
static void wait_for_tick(struct timespec *due) {
    due->tv_nsec += TICK_NS;
    if (due->tv_nsec >= 1000000000) {
        due->tv_nsec -= 1000000000;
        due->tv_sec++;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL);
}

int main(int argc, char **argv) {
    struct timespec due;
    cwire *link = open_link(argc, argv);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    if (!link || clock_gettime(CLOCK_MONOTONIC, &due) < 0)
        return 1;
    for (unsigned tick = 0; !stop; tick++) {
        wait_for_tick(&due);
        if (tick % 10 == 0)
            publish_waveform(link);
        /* Sends, and runs the handlers of commands that have come; 0: it does not wait. */
        if (cwire_poll(link, 0) < 0)
            break;
    }
    cwire_close(link);
    return 0;
}
