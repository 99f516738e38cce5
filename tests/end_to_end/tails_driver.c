/* Publishes messages without a payload and with tails at their ends; answers commands. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "tails_schema.h"

static union {
    double align;
    unsigned char bytes[64];
} buffer;
static int resets;

static int reset(cwire *link, const cwire_command *command, void *user) {
    (void)link, (void)user;
    resets++;
    return command->size == 0 ? CWIRE_OK : CWIRE_ERANGE;
}

static int echo(cwire *link, const cwire_command *command, void *user) {
    const struct echo *asked = command->payload;
    struct outer *outer = (struct outer *)buffer.bytes;
    (void)user;
    outer->n = resets;
    outer->tail.m = asked->n;
    outer->tail.data[0] = -5;
    return cwire_reply(link, command->token, outer, offsetof(struct outer, tail.data) + 2);
}

static int say(cwire *link, const cwire_command *command, void *user) {
    const struct say *said = command->payload;
    (void)link, (void)user;
    size_t count = (command->size - sizeof *said) / sizeof *said->numbers.args;
    return said->count == (int)count && said->numbers.args[count - 1] == 99 ? CWIRE_OK
                                                                            : CWIRE_ERANGE;
}

static int ask(cwire *link, const cwire_command *command, void *user) {
    const struct ask *asked = command->payload;
    static const struct {
        uint64_t numbers[2];
    } answer = {{7, 8}};
    (void)user;
    return cwire_reply(link, command->token, &answer, (size_t)asked->count * 8);
}

int main(int argc, char **argv) {
    cwire_options options = {.name = "tails"};
    cwire *link = cwire_listen(argc > 1 ? argv[1] : NULL, &tails_schema, &options);
    if (!link)
        return fprintf(stderr, "%s\n", cwire_error(NULL)), 1;
    cwire_on_command(link, RESET, reset, NULL);
    cwire_on_command(link, ECHO, echo, NULL);
    cwire_on_command(link, SAY, say, NULL);
    cwire_on_command(link, ASK, ask, NULL);
    printf("listening\n");
    fflush(stdout);
    for (int round = 0;; round++) {
        struct rows *rows = (struct rows *)buffer.bytes;
        memset(&buffer, 0, sizeof buffer);
        rows->n = round;
        rows->address[1][5] = 7;
        cwire_publish(link, ROWS, rows, sizeof *rows + 12);
        cwire_publish(link, POLL, NULL, 0);
        if (cwire_poll(link, 5) < 0)
            return 1;
    }
}
