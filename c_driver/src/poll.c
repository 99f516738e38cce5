/* Polling: accepts peers, sends, receives, waits, and runs the timers. */
#define _GNU_SOURCE
#include "language.h"

#include "caller.h"
#include "peer.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    ANSWER_MS = 5000,      /* for a peer to answer the hello */
    BYE_MS = 1000,         /* for a dismissed peer to read its bye */
    ACCEPT_PAUSE_MS = 1000 /* without accepting, when the process is out of descriptors */
};

/* Closes a connection that is not accepted, after a bye that says why. The buffer of a new socket
 * has room for it. */
static void reject_connection(int fd, int code, const char *text) {
    uint8_t bye[256];
    size_t size = cwi_control_store_bye(bye, sizeof bye, code, text, cwi_platform_time_ns());
    cwi_platform_socket_send(fd, bye, size);
    close(fd);
}

static void accept_peers(cwire *link, uint64_t now_ms) {
    for (;;) {
        int fd = cwi_platform_socket_accept(link->endpoint.listener);
        if (fd < 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                /* Probably out of descriptors. The connection stays pending, so stop watching the
                 * listener: it would end every wait at once. */
                link->accept_again_ms = now_ms + ACCEPT_PAUSE_MS;
                cwi_platform_poller_watch(link->poller, link->endpoint.listener, &link->endpoint, 0,
                                          0);
            }
            return;
        }
        if (!cwi_platform_socket_trusted(fd, link->endpoint.group)) {
            reject_connection(fd, CWIRE_EDENIED,
                              "this driver belongs to another user: run both as one, "
                              "or name a group of both in its cwire_options.group");
            continue;
        }
        if (link->peer_count == link->peer_limit) {
            reject_connection(fd, CWIRE_EBUSY,
                              "this driver has as many peers as it takes: disconnect one, or raise "
                              "cwire_options.peers");
            continue;
        }
        cwi_peer *peer = cwi_peer_new(link, fd, now_ms);
        if (!peer) {
            reject_connection(fd, CWIRE_ESYSTEM,
                              "this driver is out of memory for another peer: lower "
                              "cwire_options.reply_bytes or frame_bytes");
            continue;
        }
        if (cwi_platform_poller_add(link->poller, fd, peer) < 0) {
            cwi_peer_free(peer);
            continue;
        }
        pthread_mutex_lock(&link->lock);
        link->peers[link->peer_count++] = peer;
        pthread_mutex_unlock(&link->lock);
    }
}

static void remove_gone(cwire *link) {
    for (unsigned i = link->peer_count; i-- > 0;) {
        cwi_peer *peer = link->peers[i];
        if (peer->state != CWI_GONE)
            continue;
        pthread_mutex_lock(&link->lock);
        link->peers[i] = link->peers[--link->peer_count];
        pthread_mutex_unlock(&link->lock);
        cwi_peer_drain(peer);
        cwi_peer_free(peer);
    }
}

static int handle_stalled(cwire *link) {
    int handled = 0;
    for (unsigned i = 0; i < link->peer_count; i++)
        if (link->peers[i]->stalled)
            handled += cwi_peer_handle(link->peers[i]);
    return handled;
}

/* Returns when this peer's timer runs out: for its answer, the next heartbeat or its bye. */
static uint64_t peer_deadline(const cwi_peer *peer) {
    switch (peer->state) {
    case CWI_GREETING:
        return peer->since_ms + ANSWER_MS;
    case CWI_STREAMING:
        return peer->blocked ? UINT64_MAX : peer->sent_ms + peer->link->heartbeat_ms;
    case CWI_LEAVING:
        return peer->since_ms + BYE_MS;
    default:
        return 0;
    }
}

static void run_timers(cwire *link, uint64_t now_ms) {
    if (link->accept_again_ms && now_ms >= link->accept_again_ms) {
        link->accept_again_ms = 0;
        cwi_platform_poller_watch(link->poller, link->endpoint.listener, &link->endpoint, 1, 0);
    }
    for (unsigned i = 0; i < link->peer_count; i++) {
        cwi_peer *peer = link->peers[i];
        if (now_ms < peer_deadline(peer))
            continue;
        if (peer->state == CWI_GREETING) {
            cwi_peer_dismiss(peer, CWIRE_ETIMEOUT, "no answer to the hello within %d s",
                             ANSWER_MS / 1000);
        } else if (peer->state == CWI_STREAMING) {
            pthread_mutex_lock(&link->lock);
            if (!cwi_peer_ready(peer)) { /* else what is sent serves as the heartbeat */
                cwi_control_store_heartbeat(peer->staged, cwi_platform_time_ns());
                peer->staged_size = CWI_HEARTBEAT_SPAN;
                peer->staged_sent = 0;
            }
            pthread_mutex_unlock(&link->lock);
        } else if (peer->state == CWI_LEAVING) {
            cwi_peer_set_state(peer, CWI_GONE);
        }
    }
}

/* Returns the caller's timeout, or less if a timer runs out before. */
static int wait_time(const cwire *link, uint64_t now_ms, int timeout_ms) {
    uint64_t deadline = link->accept_again_ms ? link->accept_again_ms : UINT64_MAX;
    for (unsigned i = 0; i < link->peer_count; i++) {
        uint64_t due = peer_deadline(link->peers[i]);
        deadline = due < deadline ? due : deadline;
    }
    if (deadline <= now_ms)
        return 0;
    uint64_t left = deadline - now_ms;
    if (timeout_ms >= 0 && left > (uint64_t)timeout_ms)
        return timeout_ms;
    return left < INT32_MAX ? (int)left : timeout_ms;
}

/* Asks publishers to wake the poller, unless there is something to do already. Peers whose socket
 * is full do not count: the poller waits for those sockets. Returns 1 if the poller may wait. */
static int prepare_to_wait(cwire *link) {
    int work = 0, readers = 0;
    pthread_mutex_lock(&link->lock);
    link->takers = 0;
    CWIRE_RING_FENCE(__ATOMIC_SEQ_CST); /* as in readers.c, for what was put before */
    for (unsigned i = 0; i < link->peer_count; i++) {
        cwi_peer *peer = link->peers[i];
        work |= cwi_peer_ready(peer);
        work |= peer->stalled && cwi_lane_used(&peer->lane) <= link->lane_bytes / 2;
        if (peer->state == CWI_STREAMING && !peer->blocked) {
            readers = 1;
            link->takers |= !peer->share.page;
        }
    }
    link->sleeping = !work && readers;
    pthread_mutex_unlock(&link->lock);
    return !work;
}

static void end_wait(cwire *link) {
    pthread_mutex_lock(&link->lock);
    link->sleeping = 0;
    pthread_mutex_unlock(&link->lock);
}

static int handle_peer_event(cwi_peer *peer, const cwi_event *event) {
    int handled = 0;
    if (event->writable) {
        pthread_mutex_lock(&peer->link->lock);
        peer->blocked = 0;
        pthread_mutex_unlock(&peer->link->lock);
    }
    if (event->readable)
        handled = cwi_peer_receive(peer);
    else if (event->broken)
        cwi_peer_set_state(peer, CWI_GONE);
    return handled;
}

static int handle_events(cwire *link, const cwi_event *events, int count, uint64_t now_ms) {
    int handled = 0;
    for (int i = 0; i < count; i++) {
        void *tag = events[i].tag;
        if (tag == &link->endpoint)
            accept_peers(link, now_ms);
        else if (tag == &link->wake)
            cwi_platform_wake_clear(link->wake);
        else if (tag == &link->tick)
            cwi_platform_wake_clear(link->tick);
        else
            handled += handle_peer_event(tag, &events[i]);
    }
    return handled;
}

/* Tells the poller what each peer waits for, where that has changed. */
static void watch_peers(cwire *link) {
    for (unsigned i = 0; i < link->peer_count; i++) {
        cwi_peer *peer = link->peers[i];
        int taking = peer->state == CWI_GREETING || peer->state == CWI_STREAMING;
        int input = taking && !peer->stalled && !peer->ended;
        if (input == peer->watches_input && peer->blocked == peer->watches_output)
            continue;
        cwi_platform_poller_watch(link->poller, peer->fd, peer, input, peer->blocked);
        peer->watches_input = input;
        peer->watches_output = peer->blocked;
    }
}

static int poll_once(cwire *link, int timeout_ms) {
    cwi_event events[32];
    uint64_t now_ms = cwi_platform_clock_ms();
    cwi_peer_send_all(link, now_ms);
    int handled = handle_stalled(link);
    watch_peers(link);
    int wait = handled ? 0 : wait_time(link, now_ms, timeout_ms);
    if (wait != 0 && !prepare_to_wait(link))
        wait = 0;
    int count = cwi_platform_poller_wait(link->poller, events, 32, wait);
    int error = errno;
    if (wait != 0 || link->tick >= 0)
        end_wait(link);
    if (count < 0)
        return cwi_fail(CWIRE_ESYSTEM, "waiting for events failed: %s", strerror(error));
    now_ms = cwi_platform_clock_ms();
    handled += handle_events(link, events, count, now_ms);
    run_timers(link, now_ms);
    cwi_peer_send_all(link, now_ms);
    for (unsigned i = 0; i < link->peer_count; i++)
        if (link->peers[i]->ended && link->peers[i]->state != CWI_LEAVING)
            cwi_peer_set_state(link->peers[i], CWI_GONE);
    remove_gone(link);
    watch_peers(link);
    /* With the caller's own event loop, whoever publishes next makes cwire_fd readable. */
    if (link->tick >= 0 && !prepare_to_wait(link))
        cwi_platform_wake_set(link->wake);
    return handled;
}

int cwire_poll(cwire *link, int timeout_ms) {
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return CWIRE_EINVAL;
    if (link->polling)
        return cwi_fail(CWIRE_EINVAL, "cwire_poll must not be called from a handler");
    /* If a signal has interrupted this thread in here, none of the locks below could be taken. */
    if (cwi_caller_lock(link) != CWIRE_OK)
        return CWIRE_EBUSY;
    pthread_mutex_unlock(&link->lock);
    link->polling = 1;
    int result = poll_once(link, timeout_ms);
    link->polling = 0;
    return result;
}

int cwire_fd(cwire *link) {
    if (cwi_caller_check_link(link) != CWIRE_OK)
        return CWIRE_EINVAL;
    if (link->tick < 0) {
        int tick = cwi_platform_tick_open(link->heartbeat_ms < 1000 ? link->heartbeat_ms : 1000);
        if (tick < 0 || cwi_platform_poller_add(link->poller, tick, &link->tick) < 0) {
            cwi_fail(CWIRE_ESYSTEM, "cannot make a timer: %s", strerror(errno));
            if (tick >= 0)
                close(tick);
            return CWIRE_ESYSTEM;
        }
        link->tick = tick;
        if (!prepare_to_wait(link))
            cwi_platform_wake_set(link->wake);
    }
    return link->poller;
}
