/* The demo driver: a two-channel function generator with an oscilloscope, and a camera.
 *
 * It shows what a real one looks like: its own structs (messages.h), its own pace, its own
 * commands, and cwire for the wire.
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "messages_schema.h"

#define RATE_DEFAULT 60.0 /* blocks per second and channel */
#define RATE_LOWEST 1.0
#define RATE_HIGHEST 9765.0

static volatile sig_atomic_t stop_asked;

static void ask_to_stop(int signal_number) {
    (void)signal_number;
    stop_asked = 1;
}

static void print_help(void) {
    printf("usage: driver [--socket PATH] [--rate HZ]\n"
           "\n"
           "A function generator with two channels, an oscilloscope and a camera, for cwire.\n"
           "\n"
           "  --socket PATH  listen here (default: demo.sock in the runtime directory:\n"
           "                 $CWIRE_RUNTIME_DIR, $XDG_RUNTIME_DIR/cwire or /tmp/cwire-UID)\n"
           "  --rate HZ      blocks per second of each channel, %g to %g (default: %g);\n"
           "                 a block has %d samples\n"
           "  --help         print this\n",
           RATE_LOWEST, RATE_HIGHEST, RATE_DEFAULT, SCOPE_SAMPLES);
}

static int bad_usage(const char *reason, const char *what) {
    fprintf(stderr, "driver: %s%s. Try driver --help.\n", reason, what);
    return 2;
}

/* Returns -1 to go on, or the exit status. */
static int read_arguments(int argc, char **argv, const char **path, double *rate) {
    for (int i = 1; i < argc; i++) {
        const char *option = argv[i];
        if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
            print_help();
            return 0;
        }
        if (strcmp(option, "--socket") != 0 && strcmp(option, "--rate") != 0)
            return bad_usage("unknown argument ", option);
        if (++i == argc)
            return bad_usage("a value is missing after ", option);
        if (strcmp(option, "--socket") == 0) {
            *path = argv[i];
        } else {
            char *end;
            *rate = strtod(argv[i], &end);
            if (end == argv[i] || *end || !(*rate >= RATE_LOWEST && *rate <= RATE_HIGHEST))
                return bad_usage("--rate takes a number from 1 to 9765, not ", argv[i]);
        }
    }
    return -1;
}

int main(int argc, char **argv) {
    const char *path = NULL;
    double rate = RATE_DEFAULT;
    int usage = read_arguments(argc, argv, &path, &rate);
    if (usage >= 0)
        return usage;

    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = ask_to_stop; /* no SA_RESTART: a signal ends the wait in cwire_poll */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    cwire_options options;
    memset(&options, 0, sizeof options);
    options.name = "demo";
    cwire *link = cwire_listen(path, &messages_schema, &options);
    if (!link) {
        fprintf(stderr, "driver: %s\n", cwire_error(NULL));
        return 1;
    }
    static demo state;
    demo_begin(&state, link, rate);
    demo_add_commands(&state);
    printf("driver: listening at %s (Ctrl-C stops)\n", cwire_path(link));
    fflush(stdout);
    int status = 0;
    while (!stop_asked && status >= 0) {
        demo_run(&state);
        status = cwire_poll(link, demo_time_to_wait(&state));
    }
    if (status < 0)
        fprintf(stderr, "driver: %s\n", cwire_error(link));
    cwire_close(link);
    return status < 0;
}
