/* The peers that map the ring. See sharing.h. */
#include "language.h"

#include "sharing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000 };

/* Copies a field, which may change at any time, byte by byte. */
static void read_field(const cwi_share *share, size_t at, void *value, size_t size) {
    const volatile uint8_t *from = share->page + at;
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)value)[i] = from[i];
}

static uint64_t said_position(const cwi_share *share) {
    return CWIRE_RING_LOAD(share->page + CWIRE_READER_AT_POSITION, __ATOMIC_ACQUIRE);
}

static uint32_t said_sleeps(const cwi_share *share) {
    return __atomic_load_n((const uint32_t *)(share->page + CWIRE_READER_AT_SLEEPS),
                           __ATOMIC_RELAXED);
}

static const char *map_page(cwi_share *share, const char **fault) {
    char magic[sizeof CWIRE_READER_MAGIC];
    uint32_t version;
    share->page = cwi_platform_page_map(share->passed, CWIRE_READER_PAGE, fault);
    if (!share->page)
        return *fault ? NULL : strerror(errno);
    read_field(share, 0, magic, sizeof magic);
    read_field(share, CWIRE_READER_AT_VERSION, &version, sizeof version);
    if (memcmp(magic, CWIRE_READER_MAGIC, sizeof magic) != 0)
        *fault = "has the wrong magic";
    else if (version != CWIRE_RING_VERSION)
        *fault =
            "has another version than this driver: use the same version of cwire on both sides";
    return NULL;
}

int cwi_sharing_open(cwi_peer *peer, char *text, size_t size) {
    const char *fault = NULL, *reason = NULL;
    cwi_share *share = &peer->share;
    if (share->passed == CWI_PASSED_NONE)
        fault = "did not come with the answer that asks for the ring";
    else if (peer->link->memory.fd < 0)
        reason = peer->link->memory.reason;
    else if (share->passed == CWI_PASSED_LOST)
        reason = "the driver has no room for another file descriptor";
    else
        reason = map_page(share, &fault);
    if (share->passed >= 0)
        close(share->passed);
    share->passed = CWI_PASSED_NONE;
    if (fault)
        snprintf(text, size, "the reader's page %s", fault);
    else if (reason)
        snprintf(text, size, "%s", reason);
    if (!fault && !reason) {
        share->said = said_position(share);
        share->number = ++peer->link->shares;
        return CWIRE_OK;
    }
    cwi_sharing_close(peer);
    return fault ? CWIRE_EPROTOCOL : CWIRE_ESYSTEM;
}

void cwi_sharing_close(cwi_peer *peer) {
    if (peer->share.page)
        cwi_platform_page_unmap(peer->share.page, CWIRE_READER_PAGE);
    if (peer->share.passed >= 0)
        close(peer->share.passed);
    peer->share.page = NULL;
    peer->share.passed = CWI_PASSED_NONE;
}

uint64_t cwi_sharing_position(cwi_peer *peer) {
    cwi_share *share = &peer->share;
    const uint64_t said = said_position(share);
    if (said == share->said)
        return share->position;
    if (said > peer->link->ring.head)
        share->fault = "the reader's position is past what has been published";
    else if (said % 8 != 0)
        share->fault = "the reader's position is not a multiple of 8";
    else if (said < share->position)
        share->fault = "the reader's position has gone back";
    if (!share->fault)
        share->position = share->said = said;
    return share->position;
}

size_t cwi_sharing_waiting(cwi_peer *peer) {
    const cwi_ring *ring = &peer->link->ring;
    const uint64_t position = cwi_sharing_position(peer);
    return (size_t)(ring->head - (position > ring->tail ? position : ring->tail));
}

int cwi_sharing_lazy(const cwi_peer *peer) {
    return __atomic_load_n((const uint32_t *)(peer->share.page + CWIRE_READER_AT_LAZY),
                           __ATOMIC_RELAXED) != 0;
}

size_t cwi_sharing_pending(cwi_peer *peer) {
    cwi_share *share = &peer->share;
    const size_t waiting = cwi_sharing_lazy(peer) ? 0 : cwi_sharing_waiting(peer);
    if (waiting == 0) {
        share->stood_since_ms = 0;
        return 0;
    }
    if (share->stood_since_ms == 0 || share->position != share->stood_at) {
        share->stood_at = share->position;
        share->stood_since_ms = cwi_platform_clock_ms();
        return waiting;
    }
    /* A reader that is stopped, as in a debugger, shall not stop the driver. */
    return cwi_platform_clock_ms() - share->stood_since_ms < PATIENCE_MS ? waiting : 0;
}

const char *cwi_sharing_fault(cwi_peer *peer) {
    (void)cwi_sharing_position(peer);
    return peer->share.fault;
}

int cwi_sharing_due(cwi_peer *peer) {
    const uint32_t sleeps = said_sleeps(&peer->share);
    return sleeps % 2 == 1 && sleeps != peer->share.rung && cwi_sharing_waiting(peer) > 0;
}

size_t cwi_sharing_take(cwi_peer *peer, void *out, size_t room) {
    if (cwi_lane_used(&peer->lane) > 0)
        return cwi_lane_take(&peer->lane, out, room);
    if (room < CWI_DOORBELL_SPAN || !cwi_sharing_due(peer))
        return 0;
    peer->share.rung = said_sleeps(&peer->share);
    cwi_control_store_doorbell(out, cwi_platform_time_ns());
    return CWI_DOORBELL_SPAN;
}
