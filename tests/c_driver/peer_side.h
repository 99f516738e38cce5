/* The other end of a link for the C tests: a peer with a socket of its own, in the same thread. It
 * polls the link while it waits, so a test runs step by step. */
#ifndef PEER_SIDE_H
#define PEER_SIDE_H

#include "cwire.h"

enum { TICK = 1, IMAGE = 2, ANSWER_TO_ASK = 3, ASK = 16, TELL = 17, SEND_TAIL = 18 };

/* A small schema: tick {u64}, image {u64, u8[]}, ask {u64} -> answer {u64}, tell {u64}, send_tail
 * {u64, u16[]}. */
extern const cwire_schema test_schema;

typedef struct side {
    int fd;
    uint8_t *bytes;
    size_t size, begin;
    int closed;
    int reset; /* it was closed before all that we sent was read */
} side;

/* Connects to a path. Returns 0, or -1 if nobody listens there. */
int side_dial(side *s, const char *path);

/* Connects and reads nothing. */
void side_open(side *s, cwire *link);

/* Connects, reads the hello, answers it; the link streams to it afterwards. */
void side_join(side *s, cwire *link);

void side_close(side *s);

/* Sends bytes as they are. */
void side_send(side *s, const void *bytes, size_t size);

/* Sends a frame. */
void side_send_frame(side *s, uint16_t type, uint32_t request, const void *payload, size_t size);

/* Reads what has come without waiting. Returns the bytes read. */
size_t side_read(side *s);

/* Waits for the next frame, at most 10 s, polling the link. Returns 1, and the frame is valid until
 * the next call; or 0: the link has closed the connection. */
int side_next(side *s, cwire *link, cwire_header *header, const uint8_t **payload);

/* The next frame, heartbeats left out, must be of this type. */
const uint8_t *side_expect(side *s, cwire *link, uint16_t type, cwire_header *header);

/* The next frames up to a bye and the end; returns the bye's code and sets *text. */
int32_t side_expect_bye(side *s, cwire *link, char text[512]);

/* The next reply must be an error; returns its code and sets *text. */
int32_t side_expect_error(side *s, cwire *link, uint32_t request, char text[1100]);

/* A path in the test's own directory ($TEST_DIR). */
const char *test_path(const char *name);

/* A link at test_path(name). */
cwire *test_listen(const char *name, const cwire_options *options);

/* Publishes a tick, which must have this result. */
void publish_tick(cwire *link, uint64_t value, int wanted);

/* What note_command has seen, and what it returns. */
typedef struct command_log {
    int calls;
    int result;
    cwire_token token;
    uint64_t value;
    size_t size;
} command_log;

/* A handler whose `user` is a command_log. */
int note_command(cwire *link, const cwire_command *command, void *user);

int32_t get_i32(const uint8_t *at);
uint64_t get_u64(const uint8_t *at);

#endif
