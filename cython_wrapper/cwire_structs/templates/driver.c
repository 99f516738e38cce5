/* Publishes a sine in traces, fifty a second, and takes a command that changes it. Your own
 * instrument goes where the sine is made.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>

#include "messages_schema.h" /* made from messages.h by `cwire wrap`; includes cwire.h, too */

static struct sine sine = {100, 1};
static volatile sig_atomic_t ended;

static void end(int number) { ended = number; }

static int set_sine(cwire *link, const cwire_command *command, void *user) {
    const struct set_sine *asked = command->payload; /* its size has been checked */
    (void)user;
    if (!(asked->frequency > 0))
        return CWIRE_ERANGE; /* the client sees an error */
    sine.frequency = asked->frequency;
    sine.amplitude = asked->amplitude;
    return cwire_reply(link, command->token, &sine, sizeof sine);
}

int main(void) {
    static struct trace trace = {.dt = 40e-6};
    cwire_options options = {.name = "@NAME@"};
    cwire *link = cwire_listen(NULL, &messages_schema, &options);
    if (!link) {
        fprintf(stderr, "@NAME@: %s\n", cwire_error(NULL));
        return 1;
    }
    cwire_on_command(link, SET_SINE, set_sine, NULL);
    signal(SIGINT, end); /* Ctrl-C */
    signal(SIGTERM, end);
    printf("@NAME@: listening at %s\n", cwire_path(link));
    fflush(stdout);
    for (double phase = 0; !ended; trace.number++) {
        for (int i = 0; i < TRACE_POINTS; i++, phase += sine.frequency * trace.dt)
            trace.volts[i] = (float)(sine.amplitude * sin(6.283185307179586 * phase));
        cwire_publish(link, TRACE, &trace, sizeof trace);
        if (cwire_poll(link, 20) < 0) /* sends, answers commands, waits 20 ms */
            break;
    }
    cwire_close(link); /* takes its socket away */
    return !ended;
}
