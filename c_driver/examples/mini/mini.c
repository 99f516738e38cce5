/* A simulated microcontroller: what is here in place of a UART and a timer are POSIX functions.
 *
 *     cwire wrap sensor.h                                  makes generated/sensor_schema.h
 *     cc mini.c cwire_mini.c -Igenerated -I. -o mini       with cwire_mini.h and cwire.h here
 *     ./mini 5000               listens at TCP port 5000 of this machine (0: at a free one)
 *     ./mini /tmp/mcu           a serial line: makes a pseudo-terminal, and a link to it
 *     ./mini -                  a serial line: standard input and output
 *
 * A second argument is the number of blocks in a second (10).
 */
#define _XOPEN_SOURCE 600
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cwire_mini.h"
#include "sensor_schema.h"

#ifndef ROOM_BYTES /* a header of 24 bytes, and the payload of the largest command */
#define ROOM_BYTES (24 + sizeof(struct load_table))
#endif

static struct samples block;
static struct lamp lamp;
static uint64_t room[(ROOM_BYTES + 7) / 8];
static int in = -1, out = -1; /* where bytes come from, and go to */

/* On a microcontroller: for each byte, wait until the UART can take it, and give it the byte; or
 * copy all to a buffer that an interrupt or DMA empties. */
static void write_line(void *user, const uint8_t *bytes, size_t size) {
    (void)user;
    while (size > 0) {
        ssize_t done = write(out, bytes, size);
        if (done < 0 && errno != EINTR)
            return; /* the reader will see it, too */
        if (done > 0) {
            bytes += done;
            size -= (size_t)done;
        }
    }
}

static int on_command(cwire_mini *link, const cwire_mini_command *command, void *user) {
    const struct set_lamp *asked = (const struct set_lamp *)command->payload;
    (void)user;
    if (command->type != SET_LAMP)
        return command->type == LOAD_TABLE ? 0 : CWIRE_ENOHANDLER;
    if (asked->brightness > 100)
        return cwire_mini_reply_error(link, command, CWIRE_ERANGE, "brightness is 0 to 100 %");
    lamp.brightness = asked->brightness;
    lamp.changes++;
    cwire_mini_publish(link, LAMP, &lamp, sizeof lamp);
    return cwire_mini_reply(link, command, &lamp, sizeof lamp);
}

static uint32_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
}

/* Serves a line until it ends. */
static void serve(cwire_mini *link, uint32_t pause) {
    uint32_t due = milliseconds();
    for (;;) {
        struct pollfd ready = {in, POLLIN, 0};
        uint8_t bytes[256];
        const uint32_t now = milliseconds();
        cwire_mini_tick(link, now);
        if ((int32_t)(now - due) >= 0) {
            due = now + pause;
            for (uint32_t i = 0; i < SENSOR_SAMPLES; i++)
                block.values[i] =
                    (int16_t)((int32_t)((block.first + i) % 2000) - 1000); /* a sawtooth */
            cwire_mini_publish(link, SAMPLES, &block, sizeof block);
            block.first += SENSOR_SAMPLES;
        }
        if (poll(&ready, 1, (int)(due - milliseconds()) < 0 ? 0 : (int)(due - milliseconds())) >
            0) {
            const ssize_t size = read(in, bytes, sizeof bytes);
            if (size <= 0 || cwire_mini_receive(link, bytes, (size_t)size) != CWIRE_OK)
                return;
        }
    }
}

/* Makes a pseudo-terminal and a link to it; both ends stay open, whoever comes and goes. */
static int open_terminal(const char *path) {
    struct termios settings;
    int terminal;
    in = out = posix_openpt(O_RDWR | O_NOCTTY);
    if (in < 0 || grantpt(in) < 0 || unlockpt(in) < 0)
        return -1;
    terminal = open(ptsname(in), O_RDWR | O_NOCTTY);
    if (terminal < 0 || tcgetattr(terminal, &settings) < 0)
        return -1;
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    unlink(path);
    return tcsetattr(terminal, TCSANOW, &settings) < 0 || symlink(ptsname(in), path) < 0 ? -1 : 0;
}

static int listen_at(int port) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int yes = 1;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0)
        return -1;
    printf("mini: listening at tcp://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv) {
    static cwire_mini link;
    static cwire_mini_options options;
    const char *where = argc > 1 ? argv[1] : "5000";
    const int rate = argc > 2 ? atoi(argv[2]) : 10;
    const uint32_t pause = rate > 0 ? 1000u / (uint32_t)rate : 1000u;
    /* Another number at each start: a microcontroller asks its random number generator, or counts
     * its starts in memory that stays. */
    const uint64_t epoch = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid();
    const int is_serial = strcmp(where, "-") == 0 || strchr(where, '/') != NULL;
    options.schema = &sensor_schema;
    options.line = is_serial ? CWIRE_MINI_SERIAL : CWIRE_MINI_STREAM;
    options.write = write_line;
    options.command = on_command;
    options.room = room;
    options.room_bytes = sizeof room;
    block.rate = (float)(rate * SENSOR_SAMPLES);
    signal(SIGPIPE, SIG_IGN);
    if (is_serial) {
        if (strcmp(where, "-") == 0) {
            in = STDIN_FILENO;
            out = STDOUT_FILENO;
        } else if (open_terminal(where) < 0) {
            perror("mini");
            return 1;
        } else {
            printf("mini: a serial line is at %s\n", where);
            fflush(stdout);
        }
        cwire_mini_begin(&link, &options, epoch);
        serve(&link, pause);
        return 0;
    }
    const int listener = listen_at(atoi(where));
    if (listener < 0) {
        perror("mini");
        return 1;
    }
    cwire_mini_begin(&link, &options, epoch);
    for (;;) {
        in = out = accept(listener, NULL, NULL);
        if (in < 0)
            return 1;
        cwire_mini_connected(&link);
        serve(&link, pause);
        cwire_mini_disconnected(&link);
        close(in);
    }
}
