/* One connection: sends from a staging buffer, and cuts what comes into frames. See peer.h. */
#define _GNU_SOURCE
#include "language.h"

#include "command.h"
#include "peer.h"
#include "readers.h"
#include "reply.h"
#include "sharing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHUNK = 256 * 1024, /* bytes that one system call sends; they are copied under the lock */
    CHUNKS_AT_ONCE = 8, /* sent to one peer before others get their turn */
    INPUT = 64 * 1024,  /* bytes that one system call reads, unless a frame is larger */
    READS_AT_ONCE = 4
};

cwi_peer *cwi_peer_new(cwire *link, int fd, uint64_t now_ms) {
    cwi_peer *peer = calloc(1, sizeof *peer);
    /* Large blocks cost little until they are used: the system gives them pages on first write. */
    uint8_t *lane = malloc(link->lane_bytes);
    uint8_t *rest = malloc(cwire_frame_span(link->frame_bytes));
    if (peer) {
        peer->staged = malloc(CHUNK);
        peer->in = malloc(INPUT);
        peer->wants = malloc(link->schema->count);
    }
    if (!peer || !lane || !rest || !peer->staged || !peer->in || !peer->wants) {
        if (peer) {
            free(peer->staged);
            free(peer->in);
            free(peer->wants);
        }
        free(peer);
        free(lane);
        free(rest);
        return NULL;
    }
    peer->link = link;
    peer->fd = fd;
    peer->state = CWI_GREETING;
    peer->since_ms = peer->sent_ms = now_ms;
    peer->in_capacity = INPUT;
    peer->watches_input = 1;
    peer->share.passed = CWI_PASSED_NONE;
    memset(peer->wants, 1, link->schema->count);
    cwi_lane_init(&peer->lane, lane, link->lane_bytes);
    cwi_cursor_init(&peer->cursor, &link->ring, rest);
    return peer;
}

void cwi_peer_free(cwi_peer *peer) {
    close(peer->fd);
    cwi_sharing_close(peer);
    free(peer->staged);
    free(peer->in);
    free(peer->wants);
    free(peer->lane.bytes);
    free(peer->cursor.rest);
    free(peer);
}

void cwi_peer_set_state(cwi_peer *peer, enum cwi_state state) {
    cwire *link = peer->link;
    pthread_mutex_lock(&link->lock);
    if (state == CWI_STREAMING) {
        cwi_cursor_init(&peer->cursor, &link->ring, peer->cursor.rest);
        peer->share.position = link->ring.head;
        link->streaming++;
    } else if (peer->state == CWI_STREAMING) {
        /* Publishers save the rest of a begun frame for streaming peers only. For this one it must
         * be saved now, before the ring is written over it. */
        cwi_cursor_lap(&peer->cursor, &link->ring, link->ring.head);
        cwi_calls_forget(&link->calls, peer);
        link->streaming--;
    }
    peer->state = state;
    cwi_readers_count_wanted(link);
    pthread_mutex_unlock(&link->lock);
}

void cwi_peer_dismiss(cwi_peer *peer, int code, const char *format, ...) {
    char text[sizeof peer->bye];
    va_list arguments;
    if (peer->state == CWI_LEAVING || peer->state == CWI_GONE)
        return;
    va_start(arguments, format);
    cwi_format(text, sizeof text, format, arguments);
    va_end(arguments);
    peer->bye_size =
        cwi_control_store_bye(peer->bye, sizeof peer->bye, code, text, cwi_platform_time_ns());
    peer->since_ms = cwi_platform_clock_ms();
    cwi_peer_set_state(peer, CWI_LEAVING);
}

/* Copies the next chunk from cursor and lane, and ends each frame or reply before the next. */
static void stage_chunk(cwi_peer *peer) {
    cwi_ring *ring = &peer->link->ring;
    cwi_cursor *cursor = &peer->cursor;
    cwi_lane *lane = &peer->lane;
    const int leaving = peer->state == CWI_LEAVING;
    peer->staged_size = peer->staged_sent = 0;
    while (peer->staged_size < CHUNK) {
        uint8_t *out = peer->staged + peer->staged_size;
        size_t room = CHUNK - peer->staged_size;
        size_t taken;
        if (cwi_cursor_inside(cursor)) {
            taken = cwi_cursor_take(cursor, ring, ring->head, out, room, 1);
        } else if (cwi_lane_due(lane, leaving ? UINT64_MAX : cursor->frame)) {
            taken = cwi_lane_take(lane, out, room);
        } else if (leaving) {
            taken = peer->bye_size <= room ? peer->bye_size : 0;
            memcpy(out, peer->bye, taken);
            peer->bye_size -= taken;
        } else if (peer->share.page) {
            taken = cwi_sharing_take(peer, out, room);
        } else {
            uint64_t until = cwi_lane_position(lane, ring->head);
            taken = cwi_cursor_take(cursor, ring, until, out, room, peer->staged_size == 0);
        }
        if (taken == 0)
            break;
        peer->staged_size += taken;
    }
}

/* Fills the staging buffer. Returns 1 if there is something to send. */
static int stage(cwi_peer *peer) {
    cwire *link = peer->link;
    if (peer->state == CWI_GREETING)
        return 0;
    pthread_mutex_lock(&link->lock);
    stage_chunk(peer);
    peer->unsent = peer->staged_size;
    cwi_readers_look_again(link);
    pthread_mutex_unlock(&link->lock);
    return peer->staged_size > 0;
}

/* Disconnects a peer that let its lane overflow, or whose page cannot be true. */
static void check_peer(cwi_peer *peer) {
    pthread_mutex_lock(&peer->link->lock);
    int overflow = peer->overflow;
    const char *fault = peer->share.page ? cwi_sharing_fault(peer) : NULL;
    peer->overflow = 0;
    pthread_mutex_unlock(&peer->link->lock);
    if (fault)
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "%s", fault);
    if (overflow)
        cwi_peer_dismiss(peer, CWIRE_EBUSY,
                         "more than %lu bytes of replies wait for this peer: it must read faster",
                         (unsigned long)peer->link->lane_bytes);
}

static int all_sent(const cwi_peer *peer) {
    return peer->hello_sent == peer->link->hello_size && peer->staged_sent == peer->staged_size;
}

static long send_bytes(cwi_peer *peer, const uint8_t *bytes, size_t size) {
    if (!peer->passing || bytes != peer->staged)
        return cwi_platform_socket_send(peer->fd, bytes, size);
    long count = cwi_platform_socket_send_with(peer->fd, bytes, size, peer->link->memory.fd);
    peer->passing = count < 0;
    return count;
}

/* Sends what waits, until all is sent, the socket is full, or it is the next peer's turn. */
static void send_waiting(cwi_peer *peer, uint64_t now_ms) {
    cwire *link = peer->link;
    int sent = 0, full = 0;
    check_peer(peer);
    if (peer->blocked)
        return;
    for (int i = 0; i < CHUNKS_AT_ONCE && !full && peer->state != CWI_GONE; i++) {
        const uint8_t *bytes;
        size_t size;
        if (all_sent(peer) && !stage(peer)) {
            if (peer->state == CWI_LEAVING && peer->bye_size == 0)
                cwi_peer_set_state(peer, CWI_GONE);
            break;
        }
        if (peer->hello_sent < link->hello_size) {
            bytes = link->hello + peer->hello_sent;
            size = link->hello_size - peer->hello_sent;
        } else {
            bytes = peer->staged + peer->staged_sent;
            size = peer->staged_size - peer->staged_sent;
        }
        long count = send_bytes(peer, bytes, size);
        if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            cwi_peer_set_state(peer, CWI_GONE);
            break;
        }
        full = count < 0 || (size_t)count < size;
        if (count > 0) {
            sent = 1;
            peer->sent_ms = now_ms;
            if (peer->hello_sent < link->hello_size)
                peer->hello_sent += (size_t)count;
            else
                peer->staged_sent += (size_t)count;
        }
    }
    if (sent || full) {
        pthread_mutex_lock(&link->lock);
        peer->blocked = full;
        peer->unsent = peer->staged_size - peer->staged_sent;
        pthread_mutex_unlock(&link->lock);
    }
}

void cwi_peer_send_all(cwire *link, uint64_t now_ms) {
    for (unsigned i = 0; i < link->peer_count; i++)
        send_waiting(link->peers[i], now_ms);
}

int cwi_peer_ready(cwi_peer *peer) {
    if (peer->overflow)
        return 1;
    if (peer->blocked || peer->state == CWI_GONE)
        return 0;
    if (!all_sent(peer) || peer->state == CWI_LEAVING)
        return 1;
    if (peer->state != CWI_STREAMING)
        return 0;
    if (cwi_lane_used(&peer->lane) > 0)
        return 1;
    return peer->share.page ? cwi_sharing_due(peer)
                            : cwi_cursor_waiting(&peer->cursor, &peer->link->ring) > 0;
}

/* Moves what is not handled yet to the front of the buffer, where frames are 8-aligned. */
static void compact(cwi_peer *peer) {
    if (peer->in_begin == 0)
        return;
    memmove(peer->in, peer->in + peer->in_begin, peer->in_end - peer->in_begin);
    peer->in_end -= peer->in_begin;
    peer->in_begin = 0;
}

static int grow_input(cwi_peer *peer, size_t size) {
    uint8_t *larger = realloc(peer->in, size);
    if (!larger) {
        cwi_peer_dismiss(peer, CWIRE_ESYSTEM, "out of memory for a frame of %lu bytes",
                         (unsigned long)size);
        return -1;
    }
    peer->in = larger;
    peer->in_capacity = size;
    return 0;
}

/* Drops the bytes of a refused frame as they come. */
static void skip_input(cwi_peer *peer) {
    size_t have = peer->in_end - peer->in_begin;
    size_t size = peer->in_skip < have ? peer->in_skip : have;
    peer->in_begin += size;
    peer->in_skip -= size;
    compact(peer);
}

/* Disconnects a peer for a fault that cwire_frame_check found. */
static void dismiss_malformed(cwi_peer *peer, int fault, uint32_t limit) {
    if (fault == CWIRE_FRAME_LARGE)
        cwi_peer_dismiss(peer, CWIRE_ETOOBIG,
                         "a frame is larger than this driver's limit of %lu bytes",
                         (unsigned long)limit);
    else if (fault == CWIRE_FRAME_SHORT)
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "a frame's size is less than its header's 24");
    else
        cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "a frame has a reserved flag set");
}

/* Lets frames flow to a peer that asks for the ring: by the ring, or, if there is none for it, by
 * its socket. It is told which, before anything else. */
static void begin_sharing(cwi_peer *peer) {
    char text[CWI_SHARING_TEXT] = "";
    pthread_mutex_lock(&peer->link->lock);
    int code = cwi_sharing_open(peer, text, sizeof text);
    pthread_mutex_unlock(&peer->link->lock);
    if (code == CWIRE_EPROTOCOL) {
        cwi_peer_dismiss(peer, code, "%s", text);
        return;
    }
    cwi_peer_set_state(peer, CWI_STREAMING);
    pthread_mutex_lock(&peer->link->lock);
    const uint64_t position = peer->share.position;
    pthread_mutex_unlock(&peer->link->lock);
    /* Nothing was staged for it yet. */
    peer->staged_size = cwi_control_store_ring(peer->staged, position, peer->share.number, text,
                                               cwi_platform_time_ns());
    peer->staged_sent = 0;
    peer->passing = code == CWIRE_OK;
}

/* Does what command.c has decided about a frame: the one place where a frame that came changes the
 * peer's state or is refused. Returns the commands handled, 0 or 1. */
static int carry_out(cwi_peer *peer, const cwire_header *header, const cwi_verdict *verdict) {
    switch (verdict->action) {
    case CWI_HANDLE:
    case CWI_DONE:
        break;
    case CWI_HANDLED:
        return 1;
    case CWI_REFUSE:
        cwi_reply_refuse(peer, header, verdict->code, verdict->text);
        break;
    case CWI_STREAM:
        cwi_peer_set_state(peer, CWI_STREAMING);
        break;
    case CWI_SHARE:
        begin_sharing(peer);
        break;
    case CWI_CLOSE:
        cwi_peer_set_state(peer, CWI_GONE);
        break;
    case CWI_DISMISS:
        cwi_peer_dismiss(peer, verdict->code, "%s", verdict->text);
        break;
    }
    return 0;
}

int cwi_peer_handle(cwi_peer *peer) {
    cwire *link = peer->link;
    uint32_t limit = link->frame_bytes;
    int handled = 0;
    if (limit < CWI_CONTROL_LIMIT)
        limit = CWI_CONTROL_LIMIT;
    peer->stalled = 0;
    while (peer->state == CWI_GREETING || peer->state == CWI_STREAMING) {
        if (peer->in_skip > 0)
            skip_input(peer);
        const uint8_t *at = peer->in + peer->in_begin;
        size_t have = peer->in_end - peer->in_begin;
        size_t span;
        cwire_header header;
        cwi_verdict verdict;
        int fault = peer->in_skip > 0 ? 0 : cwire_frame_check(at, have, limit, &span);
        if (fault != CWIRE_FRAME_OK)
            dismiss_malformed(peer, fault, limit);
        if (fault != CWIRE_FRAME_OK || peer->in_skip > 0 || span == 0)
            break;
        pthread_mutex_lock(&link->lock);
        peer->stalled = cwi_lane_used(&peer->lane) > link->lane_bytes / 2;
        pthread_mutex_unlock(&link->lock);
        if (peer->stalled) /* handle more when the peer has read some replies */
            break;
        cwire_header_load(&header, at);
        if (cwi_command_admit(peer, &header, &verdict) != CWI_HANDLE) {
            peer->in_skip = span;
        } else if (span <= have) {
            cwi_command_handle(peer, &header, at + CWIRE_HEADER_SIZE, &verdict);
            peer->in_begin += span;
        } else { /* the rest of it is still to come */
            if (span > peer->in_capacity)
                grow_input(peer, span);
            break;
        }
        handled += carry_out(peer, &header, &verdict);
    }
    compact(peer);
    return handled;
}

/* A descriptor may come with the answer, not later. */
static long receive_bytes(cwi_peer *peer, uint8_t *bytes, size_t room) {
    if (peer->state == CWI_GREETING)
        return cwi_platform_socket_receive_with(peer->fd, bytes, room, &peer->share.passed);
    return cwi_platform_socket_receive(peer->fd, bytes, room);
}

int cwi_peer_receive(cwi_peer *peer) {
    int handled = 0;
    for (int i = 0; i < READS_AT_ONCE; i++) {
        size_t room = peer->in_capacity - peer->in_end;
        if (peer->state == CWI_LEAVING || peer->state == CWI_GONE || peer->stalled)
            break;
        long count = receive_bytes(peer, peer->in + peer->in_end, room);
        if (count < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK)
                cwi_peer_set_state(peer, CWI_GONE);
            break;
        }
        if (count == 0) {
            peer->ended = 1;
            if (peer->in_end > 0 || peer->in_skip > 0)
                cwi_peer_dismiss(peer, CWIRE_EPROTOCOL, "the connection ended inside a frame");
            break;
        }
        peer->in_end += (size_t)count;
        handled += cwi_peer_handle(peer);
        if ((size_t)count < room)
            break;
    }
    return handled;
}

void cwi_peer_drain(cwi_peer *peer) {
    for (int i = 0;
         i < 16 && cwi_platform_socket_receive(peer->fd, peer->in, peer->in_capacity) > 0; i++)
        ;
}
