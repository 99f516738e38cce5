/* cwire: C structs on the wire.
 *
 * A program listens on a Unix domain socket and publishes its own structs; peers (the cwire relay,
 * mostly) read them and send commands, which are structs too. The library is C99 without
 * dependencies. It starts no thread, installs no signal handler and never exits.
 *
 *     cwire *link = cwire_listen(NULL, &messages_schema, NULL);
 *     cwire_on_command(link, SET_WAVEFORM, set_waveform, &state);
 *     for (;;) {
 *         fill(&block);
 *         cwire_publish(link, SCOPE_BLOCK, &block, sizeof block);
 *         cwire_poll(link, 1);
 *     }
 *
 * Threads: cwire_publish..., cwire_reply..., cwire_pending, cwire_wanted and cwire_peers may be
 * called from any thread at any time; everything else from one thread, the one that polls. Handlers
 * may publish and reply; they may not poll or close. In a forked child the link of its parent is
 * CWIRE_EINVAL for everything but cwire_close: listen there, after the fork.
 *
 * Signal handlers: call nothing of cwire there; let the handler set a flag, and publish in the main
 * loop. Where a signal has interrupted a call of cwire in the same thread, the functions that may
 * be called from any thread return CWIRE_EBUSY (cwire_pending: SIZE_MAX) and do nothing, and so
 * does cwire_poll.
 *
 * A NULL link, payload or text is CWIRE_EINVAL (cwire_pending: 0). cwire_error says of each failure
 * what to do.
 */
#ifndef CWIRE_H
#define CWIRE_H

#include <stddef.h>
#include <stdint.h>

#include "cwire_frame.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CWIRE_VERSION "0.1.0"

/* Every code that cwire returns or sends in an error reply: X(name, value, text). */
#define CWIRE_CODES(X)                                                               \
    X(CWIRE_OK, 0, "no error")                                                       \
    X(CWIRE_EINVAL, -1, "an argument is not valid")                                  \
    X(CWIRE_ESYSTEM, -2, "a system call failed")                                     \
    X(CWIRE_EUNKNOWN, -3, "the schema has no such message")                          \
    X(CWIRE_ESIZE, -4, "the payload's size is not the one in the schema")            \
    X(CWIRE_ERANGE, -5, "a value is out of range")                                   \
    X(CWIRE_ETOOBIG, -6, "the frame is larger than the limit")                       \
    X(CWIRE_EINUSE, -7, "another program listens on this socket")                    \
    X(CWIRE_EGONE, -8, "the peer is gone")                                           \
    X(CWIRE_EPROTOCOL, -9, "the peer broke the protocol")                            \
    X(CWIRE_EFAILED, -10, "the command failed")                                      \
    X(CWIRE_ENOHANDLER, -11, "the driver has no handler for this command")           \
    X(CWIRE_EBUSY, -12, "too much is waiting to be sent")                            \
    X(CWIRE_ETIMEOUT, -13, "no answer in time; the outcome is unknown")              \
    X(CWIRE_EDOWN, -14, "the driver is down")                                        \
    X(CWIRE_ESESSION, -15, "the command was made for another session of the driver") \
    X(CWIRE_EDENIED, -16, "not allowed")

#define CWIRE_CODE_ENUM(name, value, text) name = value,
enum cwire_code { CWIRE_CODES(CWIRE_CODE_ENUM) CWIRE_EVICTED = 1, CWIRE_LATER = 2 };
#undef CWIRE_CODE_ENUM

/* One message of a schema, as `cwire wrap` writes it. */
typedef struct CWIRE_NATIVE cwire_message {
    uint16_t id;
    uint16_t reply;     /* a command's: id of the message that answers it; 0: none, just OK */
    uint8_t command;    /* 1: peers send it; 0: this program publishes it or replies with it */
    uint32_t size;      /* payload bytes (of the fixed part, with a tail) */
    uint32_t tail_size; /* bytes of one element of the flexible array member; 0: no tail */
    const char *name;
} cwire_message;

/* A schema, as `cwire wrap` writes it to <name>_schema.h. Messages are sorted by id. */
typedef struct CWIRE_NATIVE cwire_schema {
    const char *name;
    const unsigned char *json; /* the text that peers get, not NUL-terminated */
    size_t json_size;
    const cwire_message *messages;
    size_t count;
} cwire_schema;

/* All zero means all defaults. */
typedef struct CWIRE_NATIVE cwire_options {
    const char *name;  /* what peers see as the driver's name; the schema's name. 1 to 64 bytes of
                          UTF-8 without '/' and control characters */
    size_t ring_bytes; /* memory for published frames: a power of two of at least a page, or
                          rounded up to one; 16 MiB. Readers on this machine may map it */
    uint32_t frame_bytes;  /* the largest frame, header included; a quarter of the ring, at most
                              CWIRE_FRAME_LIMIT */
    size_t reply_bytes;    /* replies that may wait for one peer; 1 MiB, at most 1 GiB */
    unsigned peers;        /* how many may be connected at once; 16, at most 65536 */
    unsigned heartbeat_ms; /* a silent link says that it lives this often; 1000 */
    unsigned group; /* the number of a group whose members may connect, too (getgrnam); none. The
                       socket needs a path then, in a directory that they can enter and only this
                       user can write to: it is made, with mode 0750, if it is missing */
} cwire_options;

/* A driver's end: its socket, its peers, and the memory of what it publishes. */
typedef struct cwire cwire;

/* Names one command of one peer until it is answered or the peer is gone. */
typedef uint64_t cwire_token;

/* A command as its handler gets it. */
typedef struct CWIRE_NATIVE cwire_command {
    cwire_token token;
    uint16_t type;
    size_t size;         /* payload bytes: checked against the schema before the handler runs */
    const void *payload; /* 8-aligned; valid until the handler returns */
    uint64_t time_ns;    /* when the relay sent it */
} cwire_command;

/* Handles a command. Returns 0 (answered by cwire_reply, or an empty OK is sent), CWIRE_LATER
 * (cwire_reply or cwire_reply_error will be called with the token) or a negative code (an error
 * reply with that code and its text is sent, unless the command has been answered already). */
typedef int cwire_handler(cwire *link, const cwire_command *command, void *user);

/* Listens at `path` (NULL: <runtime directory>/<name>.sock, see cwire_default_path) for peers of
 * the same user and of root (and of cwire_options.group). `schema` must outlive the link; `options`
 * may be NULL. Makes the socket's directory if it is missing, and removes the socket of a dead
 * program there, but nothing else: what is in use, or no socket, is a failure. Returns NULL on
 * failure: cwire_error(NULL) says why.
 */
cwire *cwire_listen(const char *path, const cwire_schema *schema, const cwire_options *options);

/* Publishes a payload of message `id`, stamped with the time now, to every peer. The payload is
 * copied. Makes no system call (except one write when another thread sleeps in cwire_poll) and
 * allocates nothing. Returns 0, CWIRE_EVICTED (a peer lost older frames that it had not read),
 * or CWIRE_EUNKNOWN, CWIRE_ESIZE, CWIRE_ETOOBIG, CWIRE_EINVAL or CWIRE_EBUSY (nothing was
 * published). */
int cwire_publish(cwire *link, uint16_t id, const void *payload, size_t size);

/* The same with the caller's own time stamp, in nanoseconds since the epoch. */
int cwire_publish_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payload, size_t size);

/* One piece of a payload, like POSIX's struct iovec. */
typedef struct CWIRE_NATIVE cwire_part {
    const void *data;
    size_t size;
} cwire_part;

/* The same for a payload in pieces: a struct and its trailing array, say. */
int cwire_publish_parts(cwire *link, uint16_t id, uint64_t time_ns, const cwire_part *parts,
                        size_t count);

/* Publishes `count` payloads of message `id`, of `size` bytes each, that follow each other in
 * memory: an array of the struct. What peers see is the same as from `count` calls of
 * cwire_publish, but all have one time stamp, and it costs one look at the clock and one lock for
 * all (with many, for every 64 KiB of them: what other threads publish may come between). Where
 * frames are small, this is several times faster. Nothing is published if one code says no. */
int cwire_publish_many(cwire *link, uint16_t id, const void *payloads, size_t size, size_t count);

/* The same with the caller's own time stamp. */
int cwire_publish_many_at(cwire *link, uint16_t id, uint64_t time_ns, const void *payloads,
                          size_t size, size_t count);

/* Registers the handler of a command. Returns 0, or CWIRE_EUNKNOWN if the schema has no command
 * with this id. A NULL handler takes it away again. */
int cwire_on_command(cwire *link, uint16_t id, cwire_handler *handler, void *user);

/* Answers a command with the payload of its reply message (NULL and 0 for an empty OK). Returns
 * 0; CWIRE_ESIZE or CWIRE_ETOOBIG (the command still waits for its answer); or CWIRE_EGONE (the
 * peer left, or the command has been answered already). */
int cwire_reply(cwire *link, cwire_token token, const void *payload, size_t size);

/* Answers a command with an error: a negative code and a text for people, printf-style, UTF-8. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
int cwire_reply_error(cwire *link, cwire_token token, int32_t code, const char *format, ...);

/* Sends what waits, then waits up to timeout_ms (0: not at all; -1: for ever) until a peer comes or
 * sends a command, a signal arrives, or another thread publishes or replies; accepts peers, runs
 * the handlers of commands, and sends what they replied. It may return early, so a program that
 * keeps a pace looks at its clock. Returns the number of commands handled, or CWIRE_ESYSTEM with
 * errno set. Broken peers are disconnected, told why, and are no error. */
int cwire_poll(cwire *link, int timeout_ms);

/* A file descriptor that is readable when cwire_poll(link, 0) has something to do, for the caller's
 * own event loop: heartbeats and what other threads publish make it readable, too. Whoever
 * publishes in the polling thread polls afterwards. Returns CWIRE_ESYSTEM on failure. */
int cwire_fd(cwire *link);

/* Bytes that the slowest peer has not been sent yet, or, if it maps the ring, has not read yet; 0
 * without peers. Keep it well below ring_bytes and no frame is lost. Peers that map the ring count
 * only while somebody waits for what they read, and not after they have read nothing for 2 s. */
size_t cwire_pending(cwire *link);

/* The number of peers that want message `id`. Publishing a message that none wants is allowed. */
int cwire_wanted(cwire *link, uint16_t id);

/* The number of peers that are connected and take frames. */
int cwire_peers(cwire *link);

/* The path that is listened on. */
const char *cwire_path(const cwire *link);

/* Writes the default path for `name` to `path`: $CWIRE_RUNTIME_DIR/NAME.sock, else
 * $XDG_RUNTIME_DIR/cwire/NAME.sock, else /tmp/cwire-UID/NAME.sock. Returns 0 or CWIRE_EINVAL (it
 * does not fit, or cannot be a driver's name). */
int cwire_default_path(const char *name, char *path, size_t size);

/* The text of this thread's last failure, for people. `link` may be NULL, as after cwire_listen.
 * Valid until this thread's next failure. */
const char *cwire_error(const cwire *link);

/* The code of the same failure: cwire_listen returns NULL, so its code is only here. 0: nothing has
 * failed in this thread yet. */
int cwire_error_code(const cwire *link);

/* The text of a code. */
const char *cwire_strerror(int code);

/* Sends what the sockets can take, disconnects all peers, removes the socket and frees everything.
 * In a forked child it only frees. NULL is allowed. */
void cwire_close(cwire *link);

#ifdef __cplusplus
}
#endif
#endif
