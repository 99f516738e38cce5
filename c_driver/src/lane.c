/* The replies that wait for one peer. See lane.h. */
#include "language.h"

#include "lane.h"

#include <string.h>

void cwi_lane_init(cwi_lane *lane, void *bytes, size_t size) {
    memset(lane, 0, sizeof *lane);
    lane->bytes = bytes;
    lane->size = size;
}

size_t cwi_lane_cost(uint32_t size) { return sizeof(uint64_t) + cwire_frame_span(size); }

size_t cwi_lane_used(const cwi_lane *lane) { return lane->end - lane->begin; }

/* Moves the entries to the front. A peer's commands wait while its lane is more than half full, so
 * there is usually as much room as there are bytes to move. */
static void move_to_front(cwi_lane *lane) {
    memmove(lane->bytes, lane->bytes + lane->begin, cwi_lane_used(lane));
    lane->end -= lane->begin;
    lane->begin = 0;
}

int cwi_lane_put(cwi_lane *lane, uint64_t position, const cwire_header *header,
                 const cwire_part *part) {
    const size_t cost = cwi_lane_cost(header->size);
    if (cost > lane->size - cwi_lane_used(lane))
        return CWIRE_EBUSY;
    if (cost > lane->size - lane->end)
        move_to_front(lane);
    uint8_t *to = lane->bytes + lane->end;
    memcpy(to, &position, sizeof position);
    cwire_header_store(to + sizeof position, header);
    to += sizeof position + CWIRE_HEADER_SIZE;
    if (part->size > 0) /* else its data may be NULL */
        memcpy(to, part->data, part->size);
    memset(to + part->size, 0, cwire_frame_span(header->size) - header->size);
    lane->end += cost;
    return 0;
}

uint64_t cwi_lane_position(const cwi_lane *lane, uint64_t otherwise) {
    uint64_t position = otherwise;
    if (cwi_lane_used(lane) > 0)
        memcpy(&position, lane->bytes + lane->begin, sizeof position);
    return position;
}

int cwi_lane_due(const cwi_lane *lane, uint64_t offset) {
    return cwi_lane_used(lane) > 0 && cwi_lane_position(lane, 0) <= offset;
}

size_t cwi_lane_take(cwi_lane *lane, void *out, size_t room) {
    const uint8_t *frame = lane->bytes + lane->begin + sizeof(uint64_t);
    cwire_header header;
    cwire_header_load(&header, frame);
    size_t span = cwire_frame_span(header.size), size = span - lane->taken;
    if (size > room)
        size = room;
    memcpy(out, frame + lane->taken, size);
    lane->taken += size;
    if (lane->taken == span) {
        lane->begin += sizeof(uint64_t) + span;
        lane->taken = 0;
        if (lane->begin == lane->end)
            lane->begin = lane->end = 0;
    }
    return size;
}
