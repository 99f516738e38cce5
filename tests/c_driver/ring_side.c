/* A reader of the ring for the C tests. See ring_side.h. */
#define _GNU_SOURCE
#include "ring_side.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

int ring_page_open(const ring_page *broken, uint8_t **own) {
    static const ring_page good;
    if (!broken)
        broken = &good;
    const size_t size = broken->size ? broken->size : CWIRE_READER_PAGE;
    const uint32_t version = broken->version ? broken->version : CWIRE_RING_VERSION;
    int fd = memfd_create("reader", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    CHECK(fd >= 0);
    CHECK_EQUAL(ftruncate(fd, (off_t)size), 0);
    *own = mmap(NULL, CWIRE_READER_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(*own != MAP_FAILED);
    memcpy(*own, broken->magic ? broken->magic : CWIRE_READER_MAGIC, 8);
    memcpy(*own + CWIRE_READER_AT_VERSION, &version, sizeof version);
    if (!broken->unsealed)
        CHECK_EQUAL(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
    return fd;
}

/* Sends bytes, and the descriptor `count` times with them. Returns 0 at the end of the connection.
 */
static int send_with(int socket, const void *bytes, size_t size, int fd, int count) {
    char control[CMSG_SPACE(16 * sizeof fd)] = {0};
    struct iovec piece = {(void *)(uintptr_t)bytes, size};
    struct msghdr message = {0};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE((size_t)count * sizeof fd);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN((size_t)count * sizeof fd);
        for (int i = 0; i < count; i++)
            memcpy(CMSG_DATA(head) + (size_t)i * sizeof fd, &fd, sizeof fd);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size;
}

/* Returns 0 at the end of the connection. */
static int send_answer(ring_side *r, int page, int count) {
    static const uint8_t payload[24] = "\2\0\0\0\1\0\0\0cwire\0\0\0\1";
    uint8_t answer[48] = {48};
    memcpy(answer + CWIRE_HEADER_SIZE, payload, sizeof payload);
    return send_with(r->socket.fd, answer, sizeof answer, page, count);
}

void ring_ask_with(ring_side *r, cwire *link, int page, int count) {
    cwire_header header;
    memset(r, 0, sizeof *r);
    side_open(&r->socket, link);
    CHECK_EQUAL(get_i32(side_expect(&r->socket, link, CWIRE_CONTROL, &header)), 1);
    CHECK(send_answer(r, page, count));
}

void ring_ask(ring_side *r, cwire *link, const ring_page *broken, int more) {
    uint8_t *own;
    int page = ring_page_open(broken, &own);
    ring_ask_with(r, link, page, broken && broken->absent ? 0 : 1 + more);
    r->own = own;
    close(page);
}

/* Waits up to 10 s for something to read, polling the link if it is of this process. Returns 0 at
 * the end of the connection. */
static int wait_readable(side *s, cwire *link) {
    struct pollfd ready = {s->fd, POLLIN, 0};
    for (int i = 0; i < 1000; i++) {
        char first;
        if (link)
            CHECK(cwire_poll(link, 0) >= 0);
        if (poll(&ready, 1, link ? 0 : 10) == 1)
            return recv(s->fd, &first, 1, MSG_PEEK) == 1;
    }
    CHECK(!"the driver says nothing");
    return 0;
}

/* Reads the `ring` frame alone, which is sent at once: what comes after it is for side_next.
 * Returns 1, and sets *fd to the descriptor that came with it, or to -1; or 0 at the end of the
 * connection.
 */
static int receive_answer(side *s, cwire *link, uint8_t frame[512], int *fd) {
    char control[CMSG_SPACE(sizeof(int))];
    uint32_t size = 0;
    if (!wait_readable(s, link) ||
        recv(s->fd, &size, sizeof size, MSG_PEEK | MSG_DONTWAIT) != sizeof size)
        return 0;
    CHECK(cwire_frame_span(size) <= 512);
    struct iovec piece = {frame, cwire_frame_span(size)};
    struct msghdr message = {0};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    CHECK_EQUAL(recvmsg(s->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC), piece.iov_len);
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *fd = -1;
    if (head)
        memcpy(fd, CMSG_DATA(head), sizeof *fd);
    return 1;
}

static void map_ring(ring_side *r, int fd) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const int where = MAP_SHARED | MAP_FIXED;
    struct stat found;
    CHECK_EQUAL(fstat(fd, &found), 0);
    const size_t size = (size_t)found.st_size - page;
    r->mapped_size = page + 2 * size;
    r->mapped = mmap(NULL, r->mapped_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(r->mapped != MAP_FAILED);
    CHECK(mmap(r->mapped, page + size, PROT_READ, where, fd, 0) != MAP_FAILED);
    CHECK(mmap(r->mapped + page + size, size, PROT_READ, where, fd, (off_t)page) != MAP_FAILED);
}

/* Takes the `ring` frame. Returns 0 at the end of the connection. */
static int take_answer(ring_side *r, cwire *link) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t frame[512];
    int fd;
    if (!receive_answer(&r->socket, link, frame, &fd))
        return 0;
    const uint8_t *payload = frame + CWIRE_HEADER_SIZE;
    cwire_header header;
    cwire_header_load(&header, frame);
    CHECK_EQUAL(header.type, CWIRE_CONTROL);
    CHECK_EQUAL(get_i32(payload), 6);
    CHECK_EQUAL(get_i32(payload + 4), CWIRE_RING_VERSION);
    r->position = get_u64(payload + 8);
    r->number = (uint32_t)get_i32(payload + 16);
    memcpy(r->text, payload + 24, header.size - CWIRE_HEADER_SIZE - 24);
    CHECK((fd < 0) == (r->text[0] != 0));
    if (fd < 0)
        return 1;
    map_ring(r, fd);
    close(fd);
    uint64_t epoch;
    memcpy(&epoch, r->mapped + CWIRE_RING_AT_EPOCH, sizeof epoch);
    CHECK_EQUAL(cwire_ring_attach(&r->reader, r->mapped, page, r->mapped + page, r->own, epoch,
                                  r->position),
                CWIRE_RING_OK);
    return 1;
}

void ring_take_answer(ring_side *r, cwire *link) { CHECK(take_answer(r, link)); }

/* Reads the hello, which may be cut off. Returns 0 at the end of the connection. */
static int skip_hello(side *s) {
    uint8_t bytes[CWIRE_HEADER_SIZE];
    size_t left = sizeof bytes, size = 0;
    while (left > 0) {
        if (!wait_readable(s, NULL))
            return 0;
        ssize_t got = recv(s->fd, bytes, left < sizeof bytes ? left : sizeof bytes, 0);
        if (got <= 0)
            return 0;
        left -= (size_t)got;
        if (size == 0) { /* a header is never cut but by the end */
            cwire_header header;
            CHECK_EQUAL(left, 0);
            cwire_header_load(&header, bytes);
            size = cwire_frame_span(header.size);
            left = size - sizeof bytes;
        }
    }
    return 1;
}

int ring_dial(ring_side *r, const char *path) {
    memset(r, 0, sizeof *r);
    if (side_dial(&r->socket, path) < 0)
        return -1;
    int page = ring_page_open(NULL, &r->own);
    int here = skip_hello(&r->socket) && send_answer(r, page, 1) && take_answer(r, NULL);
    close(page);
    if (!here)
        ring_leave(r);
    return here ? 0 : -1;
}

void ring_join(ring_side *r, cwire *link) {
    ring_ask(r, link, NULL, 0);
    ring_take_answer(r, link);
    CHECK_EQUAL(strlen(r->text), 0);
}

void ring_leave(ring_side *r) {
    side_close(&r->socket);
    if (r->own)
        munmap(r->own, CWIRE_READER_PAGE);
    if (r->mapped)
        munmap(r->mapped, r->mapped_size);
    memset(r, 0, sizeof *r);
}

size_t ring_take(ring_side *r, void *out, size_t room) {
    size_t needed;
    long size = cwire_ring_take(&r->reader, out, room, &needed);
    CHECK(size >= 0);
    CHECK_EQUAL(needed, 0);
    return (size_t)size;
}
