/* The shared ring: the layout of the memory that a driver and its readers share, and the reader.
 *
 * Used by libcwire, by the relay and by the Python client; not installed. PROTOCOL.md describes the
 * bytes and the rules. Pure C99 with the atomic built-ins of gcc and clang: no allocation, no
 * system call. All numbers in the two pages have the machine's byte order.
 */
#ifndef CWIRE_RING_H
#define CWIRE_RING_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 1 where 64-bit numbers can be shared without a lock: elsewhere no driver offers its ring, and no
 * reader asks for one. */
#if defined(__GCC_ATOMIC_LLONG_LOCK_FREE) && __GCC_ATOMIC_LLONG_LOCK_FREE == 2
#define CWIRE_RING_SHAREABLE 1
#else
#define CWIRE_RING_SHAREABLE 0
#endif

/* Each with its NUL the 8 bytes that the page of the ring, or of a reader, begins with. */
#define CWIRE_RING_MAGIC "cwring\0"
#define CWIRE_READER_MAGIC "cwread\0"
#define CWIRE_RING_VERSION 1u

/* Offsets in the page before the ring, which the driver writes and readers map. */
enum {
    CWIRE_RING_AT_VERSION = 8, /* u32 */
    CWIRE_RING_AT_BEGIN = 12,  /* u32: bytes of the file before the ring */
    CWIRE_RING_AT_SIZE = 16,   /* u64: bytes of the ring, a power of two */
    CWIRE_RING_AT_EPOCH = 24,  /* u64: as in the hello */
    CWIRE_RING_AT_TAIL = 64,   /* u64: the oldest whole frame; all before it may be overwritten */
    CWIRE_RING_AT_HEAD = 128,  /* u64: where the next frame begins */
    CWIRE_RING_PAGE = 4096     /* a page has at least as many bytes */
};

/* Offsets in a reader's page, which the reader writes and the driver maps. */
enum {
    CWIRE_READER_AT_VERSION = 8,   /* u32 */
    CWIRE_READER_AT_POSITION = 64, /* u64: all before it is read */
    CWIRE_READER_AT_SLEEPS = 128,  /* u32: odd while the reader sleeps; +1 at each change */
    CWIRE_READER_AT_LAZY = 132,    /* u32: not 0 while nobody need wait for this reader */
    CWIRE_READER_PAGE = 4096
};

/* The control frame that is the place of a reply: u32 kind, u32 number of the reader, u32 count,
 * u32 zero. */
enum { CWIRE_RING_PLACE = 7, CWIRE_RING_PLACE_SIZE = 16 };

/* Also where the ABI aligns 64-bit numbers in structs to 4 bytes only. */
typedef uint64_t cwire_ring_number __attribute__((aligned(8)));

#if CWIRE_RING_SHAREABLE
#define CWIRE_RING_LOAD(at, order) __atomic_load_n((const cwire_ring_number *)(at), order)
#define CWIRE_RING_STORE(at, value, order) \
    __atomic_store_n((cwire_ring_number *)(at), (uint64_t)(value), order)
#else /* then only one process has them, under its lock */
#define CWIRE_RING_LOAD(at, order) (*(const cwire_ring_number *)(at))
#define CWIRE_RING_STORE(at, value, order) (*(cwire_ring_number *)(at) = (uint64_t)(value))
#endif

#if defined(__SANITIZE_THREAD__)
#define CWIRE_RING_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CWIRE_RING_TSAN 1
#endif
#endif

/* Orders what comes before it and what comes after it in this thread, as seen by others. */
#if defined(CWIRE_RING_TSAN) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wtsan" /* it knows no fences: what they order is atomic there */
#endif
#define CWIRE_RING_FENCE(order) __atomic_thread_fence(order)

/* Copies into or out of a ring. Its bytes may change meanwhile: the reader finds that out
 * afterwards. ThreadSanitizer would report that, so for it each byte is atomic. */
static inline void cwire_ring_copy(void *to, const void *from, size_t size) {
#if defined(CWIRE_RING_TSAN)
    const uint8_t *source = (const uint8_t *)from;
    uint8_t *target = (uint8_t *)to;
    for (size_t i = 0; i < size; i++)
        __atomic_store_n(target + i, __atomic_load_n(source + i, __ATOMIC_RELAXED),
                         __ATOMIC_RELAXED);
#else
    /* For much, glibc uses an instruction (rep movsb) that some processors carry out 14 times as
     * slowly where the target lies a few bytes behind the source, modulo 4096. A payload behind its
     * header lies so where malloc gave the source. For pieces of 2 KiB it uses another one. */
    enum { PIECE = 2048 };
    if (size > PIECE && (((uintptr_t)to - (uintptr_t)from) & 4095u) - 1u < 15u) {
        uint8_t *target = (uint8_t *)to;
        const uint8_t *source = (const uint8_t *)from;
        for (; size > PIECE; target += PIECE, source += PIECE, size -= PIECE)
            memcpy(target, source, PIECE);
        memcpy(target, source, size);
    } else {
        memcpy(to, from, size);
    }
#endif
}

/* Results of the functions below. */
enum {
    CWIRE_RING_OK = 0,
    CWIRE_RING_LIE = -1 /* what the pages say cannot be: nothing that comes after it is trusted */
};

/* One reader of a ring. */
typedef struct cwire_ring_reader {
    const uint8_t *page;  /* the ring's page */
    const uint8_t *bytes; /* the ring, mapped twice in a row */
    uint8_t *own;         /* the reader's page */
    uint64_t size;
    uint64_t position;
    uint64_t head; /* the greatest head and tail that were seen */
    uint64_t tail;
    uint64_t behind; /* where that ends which was shown last */
} cwire_ring_reader;

/* Checks the ring's page, of which `page_bytes` are mapped, against the hello's epoch, writes the
 * reader's own page and begins at `position`, as the driver's `ring` frame says. Returns
 * CWIRE_RING_OK or CWIRE_RING_LIE. */
int cwire_ring_attach(cwire_ring_reader *reader, const void *page, size_t page_bytes,
                      const void *bytes, void *own, uint64_t epoch, uint64_t position);

/* Copies the next whole frames to the `room` bytes at `out`, as many as fit. Returns the bytes
 * copied; 0 if there is nothing, or if the first frame needs the more than `room` bytes that are
 * then in *needed (else 0); or CWIRE_RING_LIE. Frames that were overwritten before they were read
 * are left out: their sequences are missing. */
long cwire_ring_take(cwire_ring_reader *reader, void *out, size_t room, size_t *needed);

/* Reads the place of the reply `count` to the reader `number`, if that is the next frame. Returns 1
 * if it was, 0 if not, or CWIRE_RING_LIE. */
int cwire_ring_take_place(cwire_ring_reader *reader, uint32_t number, uint32_t count);

/* Copies the header of the next frame, of CWIRE_HEADER_SIZE bytes, and reads nothing. Returns 1, 0
 * if there is none, or CWIRE_RING_LIE. Until the frame is read it may be overwritten: then another
 * one is the next. */
int cwire_ring_peek(cwire_ring_reader *reader, void *header);

/* Shows the next whole frames where they lie: as many as fit `room`, or the first one if that is
 * larger. Returns their bytes, and sets *bytes; 0 if there are none; or CWIRE_RING_LIE. They may be
 * overwritten while they are looked at: cwire_ring_skip says whether they were. */
long cwire_ring_view(cwire_ring_reader *reader, size_t room, const uint8_t **bytes);

/* Passes over what was shown last by one of these two, unless it is passed already. Returns 1 if
 * that was not overwritten until now; else 0: then what was read of it is of no use. */
int cwire_ring_skip(cwire_ring_reader *reader);

/* Says that the reader is about to wait on its socket. Returns 1; or 0 if there is something to
 * read: then it must not wait. */
int cwire_ring_sleep(cwire_ring_reader *reader);

/* Says that the reader is awake again. */
void cwire_ring_wake(cwire_ring_reader *reader);

/* Says whether the driver need not wait for this reader, which does not mind what it misses. */
void cwire_ring_be_lazy(cwire_ring_reader *reader, int lazy);

#ifdef __cplusplus
}
#endif
#endif
