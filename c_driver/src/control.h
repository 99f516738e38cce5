/* Control frames: hello, answer, heartbeat, interest, bye, and those of the shared ring. Pure.
 * PROTOCOL.md has the bytes. */
#ifndef CWI_CONTROL_H
#define CWI_CONTROL_H

#include "cwire.h"
#include "cwire_ring.h"

enum {
    CWI_HELLO = 1,
    CWI_ANSWER = 2,
    CWI_HEARTBEAT = 3,
    CWI_INTEREST = 4,
    CWI_BYE = 5,
    CWI_RING = 6,
    CWI_PLACE = CWIRE_RING_PLACE,
    CWI_DOORBELL = 8
};

enum {
    CWI_HEARTBEAT_SPAN = 32,
    CWI_DOORBELL_SPAN = 32,
    CWI_PLACE_SIZE = CWIRE_RING_PLACE_SIZE,
    CWI_ANSWER_SIZE = 24,                  /* payload bytes */
    CWI_CONTROL_LIMIT = 24 + 8 + 2 * 65536 /* no control frame from a peer is larger */
};

typedef struct cwi_hello {
    uint64_t epoch;
    uint32_t frame_bytes;
    uint32_t heartbeat_ms;
    const char *name;
    const unsigned char *json;
    size_t json_size;
} cwi_hello;

/* Returns the bytes that a hello spans. */
size_t cwi_control_hello_span(const cwi_hello *hello);

/* Writes a hello to `at`, which has room for its span. */
void cwi_control_store_hello(void *at, const cwi_hello *hello, uint64_t time_ns);

/* Writes a heartbeat, CWI_HEARTBEAT_SPAN bytes, to `at`. */
void cwi_control_store_heartbeat(void *at, uint64_t time_ns);

/* Writes a doorbell, CWI_DOORBELL_SPAN bytes, to `at`. */
void cwi_control_store_doorbell(void *at, uint64_t time_ns);

/* Writes the payload of a place, CWI_PLACE_SIZE bytes, to `at`. */
void cwi_control_store_place(void *at, uint32_t number, uint32_t count);

/* Writes a ring frame to `at`: where the reader `number` begins, or, in `text`, why there is no
 * ring for it. Returns the frame's span. */
size_t cwi_control_store_ring(void *at, uint64_t position, uint32_t number, const char *text,
                              uint64_t time_ns);

/* Writes a bye to the `room` (at least 64) bytes at `at`, and cuts its text if there is no room for
 * it. Returns the bye's span. */
size_t cwi_control_store_bye(void *at, size_t room, int32_t code, const char *text,
                             uint64_t time_ns);

/* Returns the kind of a control frame; 0 if it is too short to have one. */
uint32_t cwi_control_kind(const void *payload, size_t size);

/* Returns NULL if the payload is a good answer, else what is wrong with it, perhaps in `text`. */
const char *cwi_control_answer_fault(const void *payload, size_t size, char *text,
                                     size_t text_size);

/* Returns whether a good answer asks for the ring. */
int cwi_control_answer_asks_ring(const void *payload);

/* Returns the number of ids in an interest frame, or -1 if it is malformed. */
long cwi_control_interest_count(const void *payload, size_t size);

/* Returns the id at `index` of an interest frame. */
uint16_t cwi_control_interest_id(const void *payload, size_t index);

#endif
