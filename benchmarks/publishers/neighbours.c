/* A driver whose frames cost: neighbours SOCKET. 20 lanes at 100 Hz, an array of 4 MB at 10 Hz. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "cwire.h"
#include "neighbours_schema.h"

#define PERIOD_NS INT64_C(10000000)

static volatile sig_atomic_t stopped;
static struct lane0 lane;
static struct told told;
static struct cloud cloud;

static void stop(int number) {
    (void)number;
    stopped = 1;
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int echo(cwire *link, const cwire_command *command, void *user) {
    (void)user;
    return cwire_reply(link, command->token, command->payload, command->size);
}

static void publish(cwire *link, uint64_t round) {
    lane.index = round;
    for (int n = 0; n < LANES; n++)
        cwire_publish(link, (uint16_t)(LANE0 + n), &lane, sizeof lane);
    cwire_publish(link, TOLD, &told, sizeof told);
    if (round % 10 == 0)
        cwire_publish(link, CLOUD, &cloud, sizeof cloud);
}

int main(int argc, char **argv) {
    cwire_options options = {0};
    options.ring_bytes = (size_t)64 << 20;
    options.frame_bytes = 8u << 20;
    if (argc != 2) {
        fprintf(stderr, "usage: neighbours SOCKET\n");
        return 2;
    }
    cwire *link = cwire_listen(argv[1], &neighbours_schema, &options);
    if (!link) {
        fprintf(stderr, "neighbours: %s\n", cwire_error(NULL));
        return 1;
    }
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    cwire_on_command(link, ECHO, echo, NULL);
    for (int n = 0; n < 4096; n++)
        lane.values[n] = (float)n * 1.1f;
    for (int n = 0; n < 5000; n++)
        told.values[n] = n * 1.1;
    printf("neighbours: listening at %s\n", cwire_path(link));
    fflush(stdout);
    int64_t due = now_ns();
    for (uint64_t round = 0; !stopped;) {
        int64_t early = due - now_ns();
        if (early <= 0) {
            publish(link, round++);
            due += PERIOD_NS;
            early = 0;
        }
        if (cwire_poll(link, (int)(early / 1000000)) < 0)
            break;
    }
    cwire_close(link);
    return 0;
}
