/* The replies that wait for one peer. See lane.h. */
#include "lane.h"

void cwi_lane_init(cwi_lane *lane, void *bytes, size_t size) {
    cwi_ring_init(&lane->ring, bytes, size);
    lane->taken = 0;
}

size_t cwi_lane_cost(uint32_t size) { return sizeof(uint64_t) + cwire_frame_span(size); }

size_t cwi_lane_used(const cwi_lane *lane) { return (size_t)(lane->ring.head - lane->ring.tail); }

int cwi_lane_put(cwi_lane *lane, uint64_t position, const cwire_header *header,
                 const cwire_part *part) {
    if (!cwi_ring_fits(&lane->ring, cwi_lane_cost(header->size)))
        return CWIRE_EBUSY;
    cwi_ring_append(&lane->ring, &position, sizeof position);
    cwi_ring_put(&lane->ring, header, part, 1);
    return 0;
}

uint64_t cwi_lane_position(const cwi_lane *lane, uint64_t otherwise) {
    uint64_t position = otherwise;
    if (lane->ring.tail != lane->ring.head)
        cwi_ring_read(&lane->ring, lane->ring.tail, &position, sizeof position);
    return position;
}

int cwi_lane_due(const cwi_lane *lane, uint64_t offset) {
    return lane->ring.tail != lane->ring.head && cwi_lane_position(lane, 0) <= offset;
}

size_t cwi_lane_take(cwi_lane *lane, void *out, size_t room) {
    uint64_t frame = lane->ring.tail + sizeof(uint64_t);
    uint64_t end = cwi_ring_frame_end(&lane->ring, frame);
    size_t size = (size_t)(end - frame) - lane->taken;
    if (size > room)
        size = room;
    cwi_ring_read(&lane->ring, frame + lane->taken, out, size);
    lane->taken += size;
    if (frame + lane->taken == end) {
        lane->ring.tail = end;
        lane->taken = 0;
    }
    return size;
}
