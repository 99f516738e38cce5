/* Control frames. See control.h. */
#include "language.h"

#include "control.h"
#include "cwire_ring.h"

#include <stdio.h>
#include <string.h>

static const char control_magic[8] = "cwire\0\0";

static void put32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

enum { HELLO_FIXED = 40 }; /* payload bytes before the name */

static uint32_t hello_size(const cwi_hello *hello) {
    return (uint32_t)(CWIRE_HEADER_SIZE + HELLO_FIXED + strlen(hello->name) + hello->json_size);
}

/* Writes header and kind; returns where the payload goes on. */
static uint8_t *control_begin(uint8_t *at, uint32_t size, uint32_t kind, uint64_t time_ns) {
    cwire_header header = {0};
    header.size = size;
    header.type = CWIRE_CONTROL;
    header.time_ns = time_ns;
    memset(at + size, 0, cwire_frame_span(size) - size);
    cwire_header_store(at, &header);
    put32(at + CWIRE_HEADER_SIZE, kind);
    return at + CWIRE_HEADER_SIZE + 4;
}

size_t cwi_control_hello_span(const cwi_hello *hello) {
    return cwire_frame_span(hello_size(hello));
}

void cwi_control_store_hello(void *at, const cwi_hello *hello, uint64_t time_ns) {
    size_t name_size = strlen(hello->name);
    uint8_t *to = control_begin(at, hello_size(hello), CWI_HELLO, time_ns);
    put32(to, CWIRE_PROTOCOL);
    memcpy(to + 4, control_magic, sizeof control_magic);
    put32(to + 12, (uint32_t)hello->epoch);
    put32(to + 16, (uint32_t)(hello->epoch >> 32));
    put32(to + 20, hello->frame_bytes);
    put32(to + 24, hello->heartbeat_ms);
    put32(to + 28, (uint32_t)name_size);
    put32(to + 32, (uint32_t)hello->json_size);
    memcpy(to + 36, hello->name, name_size);
    memcpy(to + 36 + name_size, hello->json, hello->json_size);
}

void cwi_control_store_heartbeat(void *at, uint64_t time_ns) {
    put32(control_begin(at, CWI_HEARTBEAT_SPAN, CWI_HEARTBEAT, time_ns), 0);
}

void cwi_control_store_doorbell(void *at, uint64_t time_ns) {
    put32(control_begin(at, CWI_DOORBELL_SPAN, CWI_DOORBELL, time_ns), 0);
}

void cwi_control_store_place(void *at, uint32_t number, uint32_t count) {
    uint8_t *to = at;
    put32(to, CWI_PLACE);
    put32(to + 4, number);
    put32(to + 8, count);
    put32(to + 12, 0);
}

size_t cwi_control_store_ring(void *at, uint64_t position, uint32_t number, const char *text,
                              uint64_t time_ns) {
    const uint32_t size = (uint32_t)(CWIRE_HEADER_SIZE + 24 + strlen(text));
    uint8_t *to = control_begin(at, size, CWI_RING, time_ns);
    put32(to, CWIRE_RING_VERSION);
    put32(to + 4, (uint32_t)position);
    put32(to + 8, (uint32_t)(position >> 32));
    put32(to + 12, number);
    put32(to + 16, 0);
    memcpy(to + 20, text, strlen(text));
    return cwire_frame_span(size);
}

size_t cwi_control_store_bye(void *at, size_t room, int32_t code, const char *text,
                             uint64_t time_ns) {
    size_t length = strlen(text);
    size_t most = (room & ~(size_t)7) - CWIRE_HEADER_SIZE - 8;
    if (length > most) {
        length = most;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    uint32_t size = (uint32_t)(CWIRE_HEADER_SIZE + 8 + length);
    uint8_t *to = control_begin(at, size, CWI_BYE, time_ns);
    put32(to, (uint32_t)code);
    memcpy(to + 4, text, length);
    return cwire_frame_span(size);
}

uint32_t cwi_control_kind(const void *payload, size_t size) {
    return size < 4 ? 0 : get32(payload);
}

const char *cwi_control_answer_fault(const void *payload, size_t size, char *text,
                                     size_t text_size) {
    const uint8_t *at = payload;
    if (cwi_control_kind(payload, size) != CWI_ANSWER)
        return "the first frame of a peer must be its answer to the hello";
    if (size < 16 || memcmp(at + 8, control_magic, sizeof control_magic) != 0)
        return "the answer has the wrong magic: this peer does not speak cwire";
    if (get32(at + 4) != CWIRE_PROTOCOL) {
        snprintf(text, text_size,
                 "the peer speaks protocol %lu, this driver protocol %lu: use the same version of "
                 "cwire on both sides",
                 (unsigned long)get32(at + 4), (unsigned long)CWIRE_PROTOCOL);
        return text;
    }
    if (size != CWI_ANSWER_SIZE) {
        snprintf(text, text_size, "the answer has %lu bytes instead of %d", (unsigned long)size,
                 CWI_ANSWER_SIZE);
        return text;
    }
    return NULL;
}

int cwi_control_answer_asks_ring(const void *payload) {
    return (get32((const uint8_t *)payload + 16) & 1) != 0;
}

long cwi_control_interest_count(const void *payload, size_t size) {
    if (size < 8)
        return -1;
    uint32_t count = get32((const uint8_t *)payload + 4);
    return count <= 65536 && size == 8 + 2 * (size_t)count ? (long)count : -1;
}

uint16_t cwi_control_interest_id(const void *payload, size_t index) {
    const uint8_t *at = (const uint8_t *)payload + 8 + 2 * index;
    return (uint16_t)(at[0] | at[1] << 8);
}
