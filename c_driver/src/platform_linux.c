/* Linux: epoll, eventfd, timerfd, SO_PEERCRED. See platform.h. */
#if !defined(__linux__)
#error "cwire needs a port to this system: write the functions of src/platform.h (see its comment)"
#endif
#define _GNU_SOURCE
#include "language.h"

#include "platform.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59 /* Linux 4.13; older C libraries do not name it */
#endif

/* Bytes of a socket's send buffer; the kernel doubles them for its own accounting. The larger it
 * is, the fewer times the two ends wake each other for a large frame. */
enum { SEND_BUFFER = 256 * 1024 };

int cwi_platform_poller_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int poller_control(int poller, int operation, int fd, void *tag, uint32_t events) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = events;
    event.data.ptr = tag;
    return epoll_ctl(poller, operation, fd, &event);
}

int cwi_platform_poller_add(int poller, int fd, void *tag) {
    return poller_control(poller, EPOLL_CTL_ADD, fd, tag, EPOLLIN);
}

int cwi_platform_poller_watch(int poller, int fd, void *tag, int input, int output) {
    uint32_t events = (input ? (uint32_t)EPOLLIN : 0u) | (output ? (uint32_t)EPOLLOUT : 0u);
    return poller_control(poller, EPOLL_CTL_MOD, fd, tag, events);
}

int cwi_platform_poller_wait(int poller, cwi_event *events, int capacity, int timeout_ms) {
    struct epoll_event ready[32];
    int most = capacity < 32 ? capacity : 32;
    int count = epoll_wait(poller, ready, most, timeout_ms);
    if (count < 0)
        return errno == EINTR ? 0 : -1;
    for (int i = 0; i < count; i++) {
        events[i].tag = ready[i].data.ptr;
        events[i].readable = (ready[i].events & EPOLLIN) != 0;
        events[i].writable = (ready[i].events & EPOLLOUT) != 0;
        events[i].broken = (ready[i].events & (EPOLLHUP | EPOLLERR)) != 0;
    }
    return count;
}

int cwi_platform_wake_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void cwi_platform_wake_set(int wake) {
    uint64_t one = 1;
    while (write(wake, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void cwi_platform_wake_clear(int wake) {
    uint64_t count;
    while (read(wake, &count, sizeof count) < 0 && errno == EINTR)
        ;
}

int cwi_platform_tick_open(unsigned period_ms) {
    int tick = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (tick < 0)
        return -1;
    struct itimerspec period;
    period.it_interval.tv_sec = (time_t)(period_ms / 1000);
    period.it_interval.tv_nsec = (long)(period_ms % 1000) * 1000000L;
    period.it_value = period.it_interval;
    if (timerfd_settime(tick, 0, &period, NULL) < 0) {
        close(tick);
        return -1;
    }
    return tick;
}

static int make_address(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

int cwi_platform_socket_listen(const char *path, unsigned group) {
    struct sockaddr_un address;
    if (make_address(&address, path) < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        return -1;
    }
    /* Nobody can connect before listen, so the mode is set before anyone could. */
    const mode_t mode = S_IRUSR | S_IWUSR | (group ? S_IRGRP | S_IWGRP : 0);
    if ((group && lchown(path, (uid_t)-1, group) < 0) || chmod(path, mode) < 0 ||
        listen(fd, 16) < 0) {
        int error = errno;
        unlink(path);
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* Connects a datagram socket, which fails with EPROTOTYPE at a stream socket: so its owner sees no
 * connection come and go. */
int cwi_platform_socket_alive(const char *path) {
    struct sockaddr_un address;
    if (make_address(&address, path) < 0)
        return -1;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    int result = connect(fd, (const struct sockaddr *)&address, sizeof address);
    int error = errno;
    close(fd);
    errno = error;
    if (result == 0 || error == EPROTOTYPE || error == EAGAIN) /* held, maybe by another type */
        return 1;
    return error == ECONNREFUSED || error == ENOENT ? 0 : -1;
}

int cwi_platform_socket_accept(int listener) {
    int fd;
    do
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd >= 0) { /* if this fails, sending is only slower */
        const int size = SEND_BUFFER;
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    return fd;
}

/* Returns whether a group is among those that the process at the other end had when it connected,
 * beside its first one. A process may have 65536: then it is not found out. */
static int in_groups(int fd, gid_t group) {
    gid_t groups[1024];
    socklen_t size = sizeof groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
        return 0;
    for (size_t i = 0; i < size / sizeof *groups; i++)
        if (groups[i] == group)
            return 1;
    return 0;
}

int cwi_platform_socket_trusted(int fd, unsigned group) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return 0;
    if (peer.uid == 0 || peer.uid == geteuid())
        return 1;
    return group && (peer.gid == group || in_groups(fd, group));
}

long cwi_platform_socket_send(int fd, const void *bytes, size_t size) {
    ssize_t sent;
    do
        sent = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return (long)sent;
}

long cwi_platform_socket_receive(int fd, void *bytes, size_t size) {
    ssize_t got;
    do
        got = recv(fd, bytes, size, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return (long)got;
}

/* Room for one descriptor, aligned. */
typedef union passing {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
} passing;

long cwi_platform_socket_send_with(int fd, const void *bytes, size_t size, int passed) {
    struct iovec piece;
    struct msghdr message;
    passing control;
    memset(&message, 0, sizeof message);
    memset(&control, 0, sizeof control);
    piece.iov_base = (void *)(uintptr_t)bytes;
    piece.iov_len = size;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof passed);
    memcpy(CMSG_DATA(&control.header), &passed, sizeof passed);
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return (long)sent;
}

/* Keeps the first descriptor, and closes others. */
static void take_passed(struct msghdr *message, int *passed) {
    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(at) + i * sizeof fd, sizeof fd);
            if (*passed < 0)
                *passed = fd;
            else
                close(fd);
        }
    }
    if (*passed < 0 && (message->msg_flags & MSG_CTRUNC))
        *passed = CWI_PASSED_LOST;
}

long cwi_platform_socket_receive_with(int fd, void *bytes, size_t size, int *passed) {
    struct iovec piece;
    struct msghdr message;
    passing control;
    ssize_t got;
    piece.iov_base = bytes;
    piece.iov_len = size;
    do {
        memset(&message, 0, sizeof message);
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        got = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got >= 0)
        take_passed(&message, passed);
    return (long)got;
}

int cwi_platform_random(void *bytes, size_t size) {
    ssize_t got;
    do
        got = getrandom(bytes, size, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)size ? 0 : -1;
}

static uint64_t clock_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t cwi_platform_time_ns(void) { return clock_ns(CLOCK_REALTIME); }

uint64_t cwi_platform_clock_ms(void) { return clock_ns(CLOCK_MONOTONIC) / 1000000u; }

int cwi_platform_mutex_init(pthread_mutex_t *mutex) {
    pthread_mutexattr_t attributes;
    int error = pthread_mutexattr_init(&attributes);
    if (error)
        return error;
    error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (!error)
        error = pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    if (!error)
        error = pthread_mutex_init(mutex, &attributes);
    if (error) { /* a kernel without priority inheritance */
        pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_NONE);
        error = pthread_mutex_init(mutex, &attributes);
    }
    pthread_mutexattr_destroy(&attributes);
    return error;
}
