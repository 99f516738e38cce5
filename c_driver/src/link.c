/* The link: listening and closing. */
#define _GNU_SOURCE
#include "language.h"

#include "link.h"
#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RING_BYTES = 16 << 20,
    REPLY_BYTES = 1 << 20,
    REPLY_LIMIT = 1 << 30,
    PEERS = 16,
    PEER_LIMIT = 65536,
    HEARTBEAT_MS = 1000,
    LANE_LEAST = 4096, /* error replies always fit */
    CALLS = 4096       /* commands that may wait for their answer, of all peers */
};

/* Sizes the ring and the largest frame by the options. Returns 0 or a code. */
static int size_ring(cwire *link, const cwire_options *options, size_t *ring_bytes) {
    size_t ring = options->ring_bytes, frame = options->frame_bytes;
    if (frame && (frame < CWIRE_HEADER_SIZE || frame > CWIRE_FRAME_LIMIT))
        return cwi_fail(CWIRE_EINVAL, "cwire_options.frame_bytes is %lu: 24 to %lu are allowed",
                        (unsigned long)frame, (unsigned long)CWIRE_FRAME_LIMIT);
    if (ring > SIZE_MAX / 4)
        return cwi_fail(CWIRE_EINVAL,
                        "cwire_options.ring_bytes is %lu: at most %lu bytes are allowed",
                        (unsigned long)ring, (unsigned long)(SIZE_MAX / 4));
    if (!ring)
        ring = frame > RING_BYTES / 4 ? 4 * frame : RING_BYTES;
    ring = cwi_ring_round(ring, cwi_platform_page_size());
    if (!frame)
        frame = ring / 4 < CWIRE_FRAME_LIMIT ? ring / 4 : CWIRE_FRAME_LIMIT;
    if (frame < CWIRE_HEADER_SIZE)
        frame = CWIRE_HEADER_SIZE;
    if (cwire_frame_span((uint32_t)frame) > ring)
        return cwi_fail(CWIRE_EINVAL,
                        "a frame of %lu bytes does not fit in a ring of %lu: raise "
                        "cwire_options.ring_bytes",
                        (unsigned long)frame, (unsigned long)ring);
    link->frame_bytes = (uint32_t)frame;
    *ring_bytes = ring;
    return CWIRE_OK;
}

/* Returns a lane's size: reply_bytes, and at least any reply of the schema without its tail. */
static size_t size_lane(const cwire *link, size_t reply_bytes) {
    size_t lane = reply_bytes ? reply_bytes : REPLY_BYTES;
    for (size_t i = 0; i < link->schema->count; i++) {
        size_t cost = cwi_lane_cost(CWIRE_HEADER_SIZE + link->schema->messages[i].size);
        lane = cost > lane ? cost : lane;
    }
    return cwi_ring_round(lane, LANE_LEAST);
}

static int make_hello(cwire *link, const char *name, uint64_t epoch) {
    cwi_hello hello;
    memset(&hello, 0, sizeof hello);
    hello.epoch = epoch;
    hello.name = name;
    hello.json = link->schema->json;
    hello.json_size = link->schema->json_size;
    hello.frame_bytes = link->frame_bytes;
    hello.heartbeat_ms = link->heartbeat_ms;
    link->hello_size = cwi_control_hello_span(&hello);
    link->hello = malloc(link->hello_size);
    if (!link->hello)
        return cwi_fail(CWIRE_ESYSTEM, "out of memory");
    cwi_control_store_hello(link->hello, &hello, cwi_platform_time_ns());
    return CWIRE_OK;
}

static int check_peers(const cwire_options *options) {
    if (options->reply_bytes > REPLY_LIMIT)
        return cwi_fail(CWIRE_EINVAL,
                        "cwire_options.reply_bytes is %lu: at most %d bytes are allowed",
                        (unsigned long)options->reply_bytes, REPLY_LIMIT);
    if (options->peers > PEER_LIMIT)
        return cwi_fail(CWIRE_EINVAL, "cwire_options.peers is %lu: at most %d are allowed",
                        (unsigned long)options->peers, PEER_LIMIT);
    return CWIRE_OK;
}

static int make_memory(cwire *link, const cwire_options *options, uint64_t epoch) {
    size_t ring_bytes = 0;
    int code = check_peers(options);
    if (code == CWIRE_OK)
        code = size_ring(link, options, &ring_bytes);
    if (code != CWIRE_OK)
        return code;
    const char *fault = cwi_schema_fault(link->schema, link->frame_bytes);
    if (fault)
        return cwi_fail(CWIRE_EINVAL, "the schema cannot be used: %s", fault);
    link->lane_bytes = size_lane(link, options->reply_bytes);
    link->peer_limit = options->peers ? options->peers : PEERS;
    link->heartbeat_ms = options->heartbeat_ms ? options->heartbeat_ms : HEARTBEAT_MS;
    cwi_call *calls = calloc(CALLS, sizeof *calls);
    link->slots = calloc(link->schema->count, sizeof *link->slots);
    link->peers = calloc(link->peer_limit, sizeof *link->peers);
    link->calls.calls = calls;
    if (cwi_platform_memory_open(&link->memory, ring_bytes) < 0 || !calls || !link->slots ||
        !link->peers)
        return cwi_fail(CWIRE_ESYSTEM, "out of memory for a ring of %lu bytes",
                        (unsigned long)ring_bytes);
    cwi_ring_init(&link->ring, link->memory.page, link->memory.begin, link->memory.bytes,
                  ring_bytes, epoch);
    cwi_calls_init(&link->calls, calls, CALLS);
    return CWIRE_OK;
}

static int open_poller(cwire *link) {
    link->poller = cwi_platform_poller_open();
    link->wake = cwi_platform_wake_open();
    if (link->poller < 0 || link->wake < 0 ||
        cwi_platform_poller_add(link->poller, link->wake, &link->wake) < 0 ||
        cwi_platform_poller_add(link->poller, link->endpoint.listener, &link->endpoint) < 0)
        return cwi_fail(CWIRE_ESYSTEM, "cannot wait for events: %s", strerror(errno));
    return CWIRE_OK;
}

static void free_link(cwire *link) {
    cwi_endpoint_close(&link->endpoint);
    for (unsigned i = 0; i < link->peer_count; i++)
        cwi_peer_free(link->peers[i]);
    if (link->poller >= 0)
        close(link->poller);
    if (link->wake >= 0)
        close(link->wake);
    if (link->tick >= 0)
        close(link->tick);
    pthread_mutex_destroy(&link->lock);
    cwi_platform_memory_close(&link->memory);
    free(link->calls.calls);
    free(link->slots);
    free(link->peers);
    free(link->hello);
    free(link);
}

cwire *cwire_listen(const char *path, const cwire_schema *schema, const cwire_options *options) {
    static const cwire_options defaults;
    cwire *link = calloc(1, sizeof *link);
    if (!options)
        options = &defaults;
    if (!link) {
        cwi_fail(CWIRE_ESYSTEM, "out of memory");
        return NULL;
    }
    int error = cwi_platform_mutex_init(&link->lock);
    if (error) {
        cwi_fail(CWIRE_ESYSTEM, "cannot make a lock: %s", strerror(error));
        free(link);
        return NULL;
    }
    link->schema = schema;
    link->endpoint.listener = link->poller = link->wake = link->tick = link->memory.fd = -1;
    uint64_t epoch;
    int code = CWIRE_OK;
    if (cwi_platform_random(&epoch, sizeof epoch) < 0)
        code = cwi_fail(CWIRE_ESYSTEM, "no random numbers: %s", strerror(errno));
    if (code == CWIRE_OK)
        code = make_memory(link, options, epoch);
    if (code == CWIRE_OK) {
        const char *name = options->name ? options->name : schema->name;
        code = cwi_endpoint_check_name(name);
        if (code == CWIRE_OK)
            code = make_hello(link, name, epoch);
        if (code == CWIRE_OK)
            code = cwi_endpoint_open(&link->endpoint, path, name, options->group);
    }
    if (code == CWIRE_OK)
        code = open_poller(link);
    if (code == CWIRE_OK)
        return link;
    free_link(link);
    return NULL;
}

const char *cwire_path(const cwire *link) { return link ? link->endpoint.path : ""; }

void cwire_close(cwire *link) {
    if (!link)
        return;
    if (cwi_endpoint_owned(&link->endpoint)) {
        uint64_t now_ms = cwi_platform_clock_ms();
        cwi_peer_send_all(link, now_ms);
        for (unsigned i = 0; i < link->peer_count; i++)
            cwi_peer_dismiss(link->peers[i], CWIRE_EDOWN, "the driver has stopped");
        cwi_peer_send_all(link, now_ms);
        for (unsigned i = 0; i < link->peer_count; i++)
            cwi_peer_drain(link->peers[i]);
    }
    free_link(link);
}
