/* A cwire driver for a microcontroller: C99 without an operating system, malloc or globals.
 *
 * It speaks the session of PROTOCOL.md ("Serial lines, and TCP") with a relay that was started with
 * --driver NAME=serial:/dev/ttyUSB0?baud=921600 or --driver NAME=tcp://HOST:PORT. The program gives
 * it a struct to live in, memory for one command, and a function that writes bytes; it hands over
 * the bytes that come, and calls cwire_mini_tick now and then.
 *
 *     static cwire_mini link;
 *     static uint64_t room[16];
 *     static const cwire_mini_options options = {
 *         &sensor_schema, CWIRE_MINI_SERIAL, write_uart, on_command, NULL, room, sizeof room};
 *
 *     cwire_mini_begin(&link, &options, epoch);
 *     for (;;) {
 *         while (uart_has_byte()) {
 *             uint8_t byte = uart_get();
 *             cwire_mini_receive(&link, &byte, 1);
 *         }
 *         cwire_mini_tick(&link, milliseconds());
 *         if (a_sample_is_due())
 *             cwire_mini_publish(&link, SAMPLES, &samples, sizeof samples);
 *     }
 *
 * All functions are called from one thread or interrupt level, and `write` and `command` from
 * within them.
 */
#ifndef CWIRE_MINI_H
#define CWIRE_MINI_H

#include "cwire.h" /* for cwire_schema and the codes: none of its functions is needed */

#ifdef __cplusplus
extern "C" {
#endif

#ifndef CWIRE_MINI_MESSAGES
#define CWIRE_MINI_MESSAGES 16 /* messages that a schema may have: 4 bytes of memory for each */
#endif

#define CWIRE_MINI_ROOM 64 /* bytes that the memory for a command has at least */

/* Kinds of lines. */
enum {
    CWIRE_MINI_SERIAL = 0, /* bytes may be lost: frames are packed by COBS, with a CRC-32C */
    CWIRE_MINI_STREAM = 1  /* TCP: plain frames */
};

typedef struct cwire_mini cwire_mini;

/* A command, as its handler gets it. The handler may keep a copy, to answer later. */
typedef struct cwire_mini_command {
    uint16_t type;
    uint32_t request;    /* ties the reply to it */
    const void *payload; /* 8-aligned; valid until the handler returns */
    size_t size;         /* payload bytes: checked against the schema */
    uint64_t time_ns;    /* when the relay sent it */
} cwire_mini_command;

typedef struct cwire_mini_options {
    const cwire_schema *schema; /* as `cwire wrap` writes it */
    int line;                   /* CWIRE_MINI_SERIAL or CWIRE_MINI_STREAM */
    /* Writes all these bytes: it waits where they do not fit. */
    void (*write)(void *user, const uint8_t *bytes, size_t size);
    /* Handles a command. Returns 0 (answered by cwire_mini_reply, or an empty OK is sent),
     * CWIRE_LATER (it will be answered) or a negative code (an error reply is sent, unless it is
     * answered already). NULL: there are no commands. */
    int (*command)(cwire_mini *link, const cwire_mini_command *command, void *user);
    void *user;        /* handed to these functions */
    uint64_t *room;    /* memory for one command: a header of 24 bytes and the payload */
    size_t room_bytes; /* at least CWIRE_MINI_ROOM */
    /* Bytes that `write` can take without waiting. Where a published frame does not fit, it is left
     * out, and counts as lost. NULL: it waits instead. */
    size_t (*space)(void *user);
    /* Nanoseconds since 1970. NULL: there is no clock; the relay stamps frames when they come. */
    uint64_t (*clock)(void *user);
    uint32_t heartbeat_ms; /* a silent link says that it lives this often; 0: 1000 */
} cwire_mini_options;

/* The state of a link: its fields are its own. */
struct cwire_mini {
    const cwire_mini_options *options;
    uint64_t epoch;
    uint32_t sequence[CWIRE_MINI_MESSAGES];
    uint32_t damaged; /* frames from the relay that were lost on the line, to be read */
    uint32_t now;     /* the last tick, ms */
    uint32_t sent;    /* when something was sent last, ms */
    uint32_t crc;     /* of what has come of a frame */
    uint32_t got;     /* bytes that have come of it */
    uint8_t left;     /* bytes left of its COBS block */
    uint8_t flags;
};

/* Begins, on a serial line by saying hello. `schema` and all else in `options` must outlive the
 * link. `epoch` is a number that is another one each time that the program starts (a random number,
 * or a count of starts), and not 0: by it the relay sees that sequences begin anew.
 * Returns 0, CWIRE_EINVAL (a pointer is NULL, the memory too small or the epoch 0) or CWIRE_ETOOBIG
 * (the schema has more messages than CWIRE_MINI_MESSAGES). */
int cwire_mini_begin(cwire_mini *link, const cwire_mini_options *options, uint64_t epoch);

/* A peer has connected by TCP: says hello. */
void cwire_mini_connected(cwire_mini *link);

/* The peer is gone: nothing is written until the next one connects. */
void cwire_mini_disconnected(cwire_mini *link);

/* Takes bytes that have come, and runs the handler of each command that is complete. Returns 0 or
 * CWIRE_EPROTOCOL: on TCP, the peer is to be disconnected. */
int cwire_mini_receive(cwire_mini *link, const void *bytes, size_t size);

/* Says that the link lives, where it is time; to be called a few times in each heartbeat_ms.
 * `now_ms` counts milliseconds from anywhere, and may wrap. */
void cwire_mini_tick(cwire_mini *link, uint32_t now_ms);

/* Publishes a payload of message `id`. Returns 0 (also while no relay listens: the frame counts,
 * but nothing is written), CWIRE_EBUSY (left out: see `space`), CWIRE_EUNKNOWN or CWIRE_ESIZE. */
int cwire_mini_publish(cwire_mini *link, uint16_t id, const void *payload, size_t size);

/* Answers a command with the payload of its reply message; NULL and 0: an empty OK. Returns 0 or
 * CWIRE_ESIZE. */
int cwire_mini_reply(cwire_mini *link, const cwire_mini_command *command, const void *payload,
                     size_t size);

/* Answers a command with an error: a negative code and a text for people, UTF-8. Returns 0. */
int cwire_mini_reply_error(cwire_mini *link, const cwire_mini_command *command, int32_t code,
                           const char *text);

/* Whether a relay listens: 1 or 0. */
int cwire_mini_listened(const cwire_mini *link);

#ifdef __cplusplus
}
#endif
#endif
