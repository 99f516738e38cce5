/* The cursors that read the ring. See cursor.h. */
#include "language.h"

#include "cursor.h"

#include <string.h>

void cwi_cursor_init(cwi_cursor *cursor, const cwi_ring *ring, void *rest) {
    memset(cursor, 0, sizeof *cursor);
    cursor->frame = ring->head;
    cursor->rest = rest;
}

int cwi_cursor_inside(const cwi_cursor *cursor) {
    return cursor->taken > 0 || cursor->rest_taken < cursor->rest_size;
}

size_t cwi_cursor_waiting(const cwi_cursor *cursor, const cwi_ring *ring) {
    return (size_t)(ring->head - cursor->frame) - cursor->taken + cursor->rest_size -
           cursor->rest_taken;
}

int cwi_cursor_lap(cwi_cursor *cursor, const cwi_ring *ring, uint64_t tail) {
    if (cursor->frame >= tail)
        return 0;
    if (cursor->taken > 0) {
        uint64_t end = cwi_ring_frame_end(ring, cursor->frame);
        cursor->rest_size = (size_t)(end - cursor->frame) - cursor->taken;
        cursor->rest_taken = 0;
        cwire_ring_copy(cursor->rest, cwi_ring_at(ring, cursor->frame + cursor->taken),
                        cursor->rest_size);
        cursor->frame = end;
        cursor->taken = 0;
    }
    int lost = cursor->frame < tail;
    cursor->frame = tail;
    return lost;
}

static size_t smaller(uint64_t a, size_t b) { return a < b ? (size_t)a : b; }

/* Returns the bytes of the whole frames from the cursor to `until` that fit in `room`. */
static size_t whole_frames(const cwi_cursor *cursor, const cwi_ring *ring, uint64_t until,
                           size_t room) {
    if (until - cursor->frame <= room)
        return (size_t)(until - cursor->frame);
    uint64_t end = cursor->frame;
    for (;;) {
        uint64_t next = cwi_ring_frame_end(ring, end);
        if (next - cursor->frame > room)
            return (size_t)(end - cursor->frame);
        end = next;
    }
}

size_t cwi_cursor_take(cwi_cursor *cursor, const cwi_ring *ring, uint64_t until, void *out,
                       size_t room, int split) {
    if (cursor->rest_taken < cursor->rest_size) {
        size_t size = smaller(cursor->rest_size - cursor->rest_taken, room);
        memcpy(out, cursor->rest + cursor->rest_taken, size);
        cursor->rest_taken += size;
        return size;
    }
    if (cursor->frame >= until)
        return 0;
    size_t size = cursor->taken > 0 ? 0 : whole_frames(cursor, ring, until, room);
    if (size > 0) {
        cwire_ring_copy(out, cwi_ring_at(ring, cursor->frame), size);
        cursor->frame += size;
        return size;
    }
    if (cursor->taken == 0 && !split)
        return 0;
    uint64_t end = cwi_ring_frame_end(ring, cursor->frame);
    size = smaller(end - cursor->frame - cursor->taken, room);
    cwire_ring_copy(out, cwi_ring_at(ring, cursor->frame + cursor->taken), size);
    cursor->taken += size;
    if (cursor->frame + cursor->taken == end) {
        cursor->frame = end;
        cursor->taken = 0;
    }
    return size;
}
