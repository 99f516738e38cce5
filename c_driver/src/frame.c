/* Frames: the one implementation of the wire format. See cwire_frame.h. */
#include "language.h"

#include "cwire_frame.h"

#include <string.h>

/* Writes byte by byte, so alignment and byte order do not matter; compilers make one move of it. */
static void store_le(uint8_t *at, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint16_t load_le16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }

static uint32_t load_le32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t load_le64(const uint8_t *at) {
    return (uint64_t)load_le32(at) | (uint64_t)load_le32(at + 4) << 32;
}

/* Offsets of the header's fields, as PROTOCOL.md lists them. */
enum {
    AT_SIZE = 0,
    AT_TYPE = 4,
    AT_FLAGS = 6,
    AT_SOURCE = 7,
    AT_SEQUENCE = 8,
    AT_REQUEST = 12,
    AT_TIME = 16
};

void cwire_header_store(void *at, const cwire_header *header) {
    uint8_t *bytes = at;
    store_le(bytes + AT_SIZE, header->size, 4);
    store_le(bytes + AT_TYPE, header->type, 2);
    bytes[AT_FLAGS] = header->flags;
    bytes[AT_SOURCE] = header->source;
    store_le(bytes + AT_SEQUENCE, header->sequence, 4);
    store_le(bytes + AT_REQUEST, header->request, 4);
    store_le(bytes + AT_TIME, header->time_ns, 8);
}

void cwire_header_load(cwire_header *header, const void *at) {
    const uint8_t *bytes = at;
    header->size = load_le32(bytes + AT_SIZE);
    header->type = load_le16(bytes + AT_TYPE);
    header->flags = bytes[AT_FLAGS];
    header->source = bytes[AT_SOURCE];
    header->sequence = load_le32(bytes + AT_SEQUENCE);
    header->request = load_le32(bytes + AT_REQUEST);
    header->time_ns = load_le64(bytes + AT_TIME);
}

size_t cwire_frame_span(uint32_t size) { return ((size_t)size + 7u) & ~(size_t)7u; }

int cwire_frame_check(const void *bytes, size_t length, uint32_t limit, size_t *span) {
    const uint8_t *at = bytes;
    *span = 0;
    if (length < 4)
        return CWIRE_FRAME_OK;
    uint32_t size = load_le32(at);
    if (size < CWIRE_HEADER_SIZE)
        return CWIRE_FRAME_SHORT;
    if (size > limit)
        return CWIRE_FRAME_LARGE;
    if (length < CWIRE_HEADER_SIZE)
        return CWIRE_FRAME_OK;
    if (at[AT_FLAGS] & ~CWIRE_FLAGS)
        return CWIRE_FRAME_FLAGS;
    *span = cwire_frame_span(size);
    return CWIRE_FRAME_OK;
}

/* Returns the tally of this type and source, made if missing; NULL when there is no room. Looks at
 * the last one used first, because frames of one type mostly come in runs. */
static cwire_tally *find_tally(cwire_tally *tallies, size_t capacity, size_t *count,
                               cwire_tally *last, uint16_t type, uint8_t source) {
    if (last && last->type == type && last->source == source)
        return last;
    for (size_t i = 0; i < *count; i++)
        if (tallies[i].type == type && tallies[i].source == source)
            return &tallies[i];
    if (*count == capacity)
        return NULL;
    cwire_tally *fresh = &tallies[(*count)++];
    memset(fresh, 0, sizeof *fresh);
    fresh->type = type;
    fresh->source = source;
    return fresh;
}

int cwire_frames_scan(void *bytes, size_t length, uint32_t limit, int source, cwire_tally *tallies,
                      size_t capacity, size_t *count, size_t *end, size_t *span) {
    uint8_t *base = bytes;
    size_t offset = 0;
    cwire_tally *tally = NULL;
    int why = CWIRE_SCAN_END;
    *count = 0;
    for (;;) {
        uint8_t *at = base + offset;
        why = cwire_frame_check(at, length - offset, limit, span);
        if (why != CWIRE_FRAME_OK || *span == 0 || *span > length - offset)
            break;
        uint16_t type = load_le16(at + AT_TYPE);
        uint32_t kind = load_le32(at + AT_TYPE); /* with flags and source */
        if (source >= 0)
            at[AT_SOURCE] = (uint8_t)source;
        if (type == CWIRE_CONTROL || at[AT_FLAGS] & CWIRE_REPLY) {
            why = CWIRE_SCAN_SPECIAL;
            break;
        }
        tally = find_tally(tallies, capacity, count, tally, type, at[AT_SOURCE]);
        if (!tally) {
            why = CWIRE_SCAN_FULL;
            break;
        }
        uint32_t size = load_le32(at + AT_SIZE);
        uint32_t last = tally->last_sequence;
        if (tally->count == 0) {
            tally->size = size;
            tally->first_offset = offset;
            tally->first_sequence = load_le32(at + AT_SEQUENCE);
            last = tally->first_sequence - 1;
        }
        tally->mixed |= size != tally->size;
        size_t begin = offset;
        for (;;) {
            uint32_t sequence = load_le32(base + offset + AT_SEQUENCE);
            uint32_t missing = sequence - last - 1;
            tally->gaps += missing < UINT32_C(1) << 31 ? missing : 0;
            last = sequence;
            offset += *span;
            /* Frames of one kind mostly come in runs: size, type and flags are the same, and good.
             */
            uint8_t *next = base + offset;
            if (length - offset < *span || load_le32(next) != size ||
                load_le32(next + AT_TYPE) != kind)
                break;
            if (source >= 0)
                next[AT_SOURCE] = (uint8_t)source;
        }
        tally->count += (offset - begin) / *span;
        tally->bytes += offset - begin;
        tally->last_sequence = last;
        tally->last_offset = offset - *span;
    }
    *end = offset;
    return why;
}

size_t cwire_frames_select(const void *bytes, size_t length, const uint8_t *wanted, void *out) {
    const uint8_t *base = bytes;
    uint8_t *to = out;
    size_t offset = 0;
    size_t run = 0; /* start of the wanted bytes that are not copied yet */
    while (length - offset >= CWIRE_HEADER_SIZE) {
        const uint8_t *at = base + offset;
        size_t span = cwire_frame_span(load_le32(at + AT_SIZE));
        if (span < CWIRE_HEADER_SIZE || span > length - offset)
            break;
        uint16_t type = load_le16(at + AT_TYPE);
        if (!(wanted[type / 8] >> (type % 8) & 1)) {
            memcpy(to, base + run, offset - run);
            to += offset - run;
            run = offset + span;
        }
        offset += span;
    }
    memcpy(to, base + run, offset - run);
    to += offset - run;
    return (size_t)(to - (uint8_t *)out);
}

size_t cwire_frames_gather(const void *bytes, size_t length, uint16_t type, uint8_t source,
                           uint32_t size, void *out, size_t rows, size_t *offset) {
    const uint8_t *base = bytes;
    uint8_t *to = out;
    size_t stride = cwire_frame_span(size);
    size_t at = *offset;
    size_t run = at; /* start of the matching bytes that are not copied yet */
    size_t left = rows;
    while (left > 0 && length - at >= CWIRE_HEADER_SIZE) {
        const uint8_t *frame = base + at;
        uint32_t frame_size = load_le32(frame + AT_SIZE);
        size_t span = cwire_frame_span(frame_size);
        if (span < CWIRE_HEADER_SIZE || span > length - at)
            break;
        if (frame_size == size && frame[AT_SOURCE] == source &&
            load_le16(frame + AT_TYPE) == type && !(frame[AT_FLAGS] & CWIRE_REPLY)) {
            left--;
        } else {
            memcpy(to, base + run, at - run);
            to += at - run;
            run = at + span;
        }
        at += span;
    }
    memcpy(to, base + run, at - run);
    to += at - run;
    *offset = at;
    return (size_t)(to - (uint8_t *)out) / stride;
}
