/* A reader of the ring for the C tests: a peer that maps it. It polls the link while it waits. */
#ifndef RING_SIDE_H
#define RING_SIDE_H

#include "cwire_ring.h"
#include "peer_side.h"

typedef struct ring_side {
    side socket;
    cwire_ring_reader reader;
    uint8_t *own; /* the reader's page */
    uint8_t *mapped;
    size_t mapped_size;
    uint32_t number;
    uint64_t position; /* where it began */
    char text[256];    /* why there is no ring */
} ring_side;

/* What a reader's page may break. */
typedef struct ring_page {
    int absent;   /* no descriptor goes with the answer */
    int unsealed; /* it could be shrunk */
    size_t size;  /* 0: a page */
    const char *magic;
    uint32_t version;
} ring_page;

/* Makes a reader's page, maps it to *own, and returns its descriptor. `broken` may be NULL. */
int ring_page_open(const ring_page *broken, uint8_t **own);

/* Connects, and answers the hello with `count` times this descriptor. */
void ring_ask_with(ring_side *r, cwire *link, int page, int count);

/* Connects to a link of another process, whose ring it takes. Returns 0, or -1 if there is none, or
 * if it has gone meanwhile. */
int ring_dial(ring_side *r, const char *path);

/* Connects, and answers with a page of its own and `more` further descriptors. */
void ring_ask(ring_side *r, cwire *link, const ring_page *broken, int more);

/* Takes the `ring` frame, which must be the first one, and maps the ring if there is one. */
void ring_take_answer(ring_side *r, cwire *link);

/* Both, and there must be a ring. */
void ring_join(ring_side *r, cwire *link);

void ring_leave(ring_side *r);

/* Copies the next frames, at most `room` bytes; a lie fails the test. */
size_t ring_take(ring_side *r, void *out, size_t room);

#endif
