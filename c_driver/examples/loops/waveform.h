/* The instrument of these examples: it publishes a waveform, and a command sets it. */
#ifndef WAVEFORM_H
#define WAVEFORM_H

#include <stdio.h>

#include "messages_schema.h" /* made from messages.h by `cwire wrap messages.h` */

static struct waveform wave = {0, SINE, 5.0, 1.0, 0.0};

/* The payload's size has been checked; its values are for us to check. */
static int set_waveform(cwire *link, const cwire_command *command, void *user) {
    const struct set_waveform *asked = (const struct set_waveform *)command->payload;
    (void)user;
    if (!(asked->frequency >= 0.01 && asked->frequency <= 1000.0))
        return cwire_reply_error(link, command->token, CWIRE_ERANGE,
                                 "frequency %g Hz is out of range: 0.01 to 1000 Hz",
                                 asked->frequency);
    wave.frequency = asked->frequency;
    return cwire_reply(link, command->token, &wave, sizeof wave);
}

/* Listens at the path on the command line, else at the default one. NULL: it has said why. */
static cwire *open_link(int argc, char **argv) {
    cwire *link = cwire_listen(argc > 1 ? argv[1] : NULL, &messages_schema, NULL);
    if (!link) {
        fprintf(stderr, "%s: %s\n", argv[0], cwire_error(NULL));
        return NULL;
    }
    cwire_on_command(link, SET_WAVEFORM, set_waveform, NULL);
    printf("listening at %s\n", cwire_path(link));
    fflush(stdout);
    return link;
}

/* Measures, and publishes. */
static void publish_waveform(cwire *link) {
    wave.offset += 0.01;
    cwire_publish(link, WAVEFORM, &wave, sizeof wave);
}

#endif
