/* The cwire frame: a 24-byte little-endian header and a payload, padded to 8 bytes.
 *
 * Pure C99: no allocation, no system call, no POSIX. The driver library, the relay and the Python
 * client all use this one implementation; PROTOCOL.md describes the bytes. These functions run for
 * each frame and check no pointer: like memcpy, they take none that is NULL.
 */
#ifndef CWIRE_FRAME_H
#define CWIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The structs of cwire have the machine's byte order, whatever the program has chosen for its own
 * (gcc's -fsso-struct, #pragma scalar_storage_order). */
#if !defined(__GNUC__) || __GNUC__ < 6 || defined(__clang__) || defined(__cplusplus)
#define CWIRE_NATIVE
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define CWIRE_NATIVE __attribute__((scalar_storage_order("big-endian")))
#else
#define CWIRE_NATIVE __attribute__((scalar_storage_order("little-endian")))
#endif

#define CWIRE_PROTOCOL 1u             /* the version of PROTOCOL.md that these bytes follow */
#define CWIRE_HEADER_SIZE 24u         /* bytes before the payload */
#define CWIRE_FRAME_LIMIT (64u << 20) /* no frame is larger, header included */
#define CWIRE_HELLO_LIMIT (4u << 20)  /* no hello is larger: the schema must fit */
#define CWIRE_CONTROL 0u              /* the type of control frames */
#define CWIRE_RELAY_TYPES 0xF000u     /* types from here on are the relay's own */
#define CWIRE_RELAY_SOURCE 255u       /* the source number of the relay itself */

/* Bits of cwire_header.flags. Others are reserved: senders write 0, receivers refuse them. */
enum {
    CWIRE_REPLY = 1,  /* answers the command whose request it carries */
    CWIRE_ERROR = 2,  /* with CWIRE_REPLY: the payload is an int32 code and UTF-8 text */
    CWIRE_SHARED = 4, /* the payload names a slot in shared memory (reserved for it) */
    CWIRE_FLAGS = 7
};

/* The header as the program sees it. On the wire it is little-endian, whatever the machine. */
typedef struct CWIRE_NATIVE cwire_header {
    uint32_t size;     /* header + payload in bytes, without the padding */
    uint16_t type;     /* message id; 0 is control */
    uint8_t flags;     /* CWIRE_REPLY ... */
    uint8_t source;    /* which driver; stamped by the relay, a driver writes 0 */
    uint32_t sequence; /* +1 per published frame of its type; a command carries its session */
    uint32_t request;  /* ties a reply to its command; 0 is unsolicited */
    uint64_t time_ns;  /* CLOCK_REALTIME in nanoseconds since the epoch */
} cwire_header;

/* Faults of bytes that should be a frame. */
enum {
    CWIRE_FRAME_OK = 0,
    CWIRE_FRAME_SHORT = -1, /* the size field is less than a header */
    CWIRE_FRAME_LARGE = -2, /* the size field is more than the limit */
    CWIRE_FRAME_FLAGS = -3  /* a reserved flag is set */
};

/* Writes header to the 24 bytes at `at` (any alignment). */
void cwire_header_store(void *at, const cwire_header *header);

/* Reads the 24 bytes at `at` (any alignment) into header. */
void cwire_header_load(cwire_header *header, const void *at);

/* The bytes that a frame of this size spans on the wire: size rounded up to a multiple of 8. */
size_t cwire_frame_span(uint32_t size);

/* Looks at the first frame in `length` bytes. Returns CWIRE_FRAME_OK and sets *span to the bytes
 * that the frame needs (more than `length` if it is not whole yet; 0 if not even its header is),
 * or what is wrong with it. `limit` is the largest size to accept. */
int cwire_frame_check(const void *bytes, size_t length, uint32_t limit, size_t *span);

/* Frames of one type from one source, as counted by cwire_frames_scan. */
typedef struct CWIRE_NATIVE cwire_tally {
    uint16_t type;
    uint8_t source;
    uint8_t mixed;  /* 1 if the frames differ in size */
    uint32_t size;  /* size field of the first frame (of each, unless mixed) */
    uint64_t count; /* frames */
    uint64_t bytes; /* what they span, padding included */
    uint64_t gaps;  /* sequence numbers missing between the first and the last; a step
                       backwards counts as none */
    uint32_t first_sequence;
    uint32_t last_sequence;
    size_t first_offset; /* of the first frame, from the start of the scanned bytes */
    size_t last_offset;  /* of the last frame */
} cwire_tally;

/* Reasons why cwire_frames_scan stops. */
enum {
    CWIRE_SCAN_END = 0,     /* no whole frame is left */
    CWIRE_SCAN_SPECIAL = 1, /* the frame at *end is a control frame or a reply: handle it alone */
    CWIRE_SCAN_FULL = 2     /* the frame at *end is of one more type than `tallies` can hold */
};

/* Walks the whole frames in `length` bytes up to the first special one, and counts them by type
 * and source. If source >= 0, it is stamped into every frame walked over. Sets *end to where it
 * stopped, *count to the number of tallies filled and *span to what the frame at *end needs (as
 * cwire_frame_check says it). Returns CWIRE_SCAN_... or, if the frame at *end is malformed, a
 * negative CWIRE_FRAME_...; what was walked before it is counted all the same. */
int cwire_frames_scan(void *bytes, size_t length, uint32_t limit, int source, cwire_tally *tallies,
                      size_t capacity, size_t *count, size_t *end, size_t *span);

/* Copies the frames of `length` bytes (whole, checked frames) whose type is wanted to `out`, which
 * must hold `length` bytes. `wanted` has a bit for each of the 65536 types: bit n % 8 of byte n
 * / 8. Returns the bytes written. */
size_t cwire_frames_select(const void *bytes, size_t length, const uint8_t *wanted, void *out);

/* Copies the frames of one type and source whose size field is `size` into rows of `stride` bytes
 * (the frame's span) at `out`, at most `rows` of them; whole, checked frames only. The scan goes on
 * from *offset and leaves it after the last frame copied. Returns the number of rows written. */
size_t cwire_frames_gather(const void *bytes, size_t length, uint16_t type, uint8_t source,
                           uint32_t size, void *out, size_t rows, size_t *offset);

#ifdef __cplusplus
}
#endif
#endif
