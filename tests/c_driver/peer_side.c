/* The other end of a link for the C tests. See peer_side.h. */
#define _GNU_SOURCE
#include "peer_side.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static const unsigned char json[] = {'{', '}'};
static const cwire_message messages[] = {{TICK, 0, 0, 8, 0, "tick"},
                                         {IMAGE, 0, 0, 8, 1, "image"},
                                         {ANSWER_TO_ASK, 0, 0, 8, 0, "answer"},
                                         {ASK, ANSWER_TO_ASK, 1, 8, 0, "ask"},
                                         {TELL, 0, 1, 8, 0, "tell"},
                                         {SEND_TAIL, 0, 1, 8, 2, "send_tail"}};
const cwire_schema test_schema = {"test", json, sizeof json, messages, 6};

const char *test_path(const char *name) {
    static char path[108];
    const char *directory = getenv("TEST_DIR");
    CHECK(directory != NULL);
    CHECK(snprintf(path, sizeof path, "%s/%s", directory, name) < (int)sizeof path);
    return path;
}

cwire *test_listen(const char *name, const cwire_options *options) {
    cwire *link = cwire_listen(test_path(name), &test_schema, options);
    if (!link)
        fprintf(stderr, "%s\n", cwire_error(NULL));
    CHECK(link != NULL);
    return link;
}

int32_t get_i32(const uint8_t *at) {
    return (int32_t)((uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
                     (uint32_t)at[3] << 24);
}

uint64_t get_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

void publish_tick(cwire *link, uint64_t value, int wanted) {
    CHECK_EQUAL(cwire_publish(link, TICK, &value, sizeof value), wanted);
}

int note_command(cwire *link, const cwire_command *command, void *user) {
    command_log *log = user;
    (void)link;
    CHECK_EQUAL((size_t)command->payload % 8, 0);
    log->calls++;
    log->token = command->token;
    log->size = command->size;
    log->value = get_u64(command->payload);
    return log->result;
}

int side_dial(side *s, const char *path) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    memset(s, 0, sizeof *s);
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, path);
    s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(s->fd >= 0);
    if (connect(s->fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return 0;
    close(s->fd);
    return -1;
}

void side_open(side *s, cwire *link) { CHECK_EQUAL(side_dial(s, cwire_path(link)), 0); }

void side_close(side *s) {
    close(s->fd);
    free(s->bytes);
    memset(s, 0, sizeof *s);
}

void side_send(side *s, const void *bytes, size_t size) {
    CHECK_EQUAL(send(s->fd, bytes, size, MSG_NOSIGNAL), size);
}

void side_send_frame(side *s, uint16_t type, uint32_t request, const void *payload, size_t size) {
    cwire_header header = {0, type, 0, 0, 0, request, 0};
    header.size = (uint32_t)(CWIRE_HEADER_SIZE + size);
    size_t span = cwire_frame_span(header.size);
    uint8_t *bytes = calloc(1, span);
    cwire_header_store(bytes, &header);
    if (size > 0)
        memcpy(bytes + CWIRE_HEADER_SIZE, payload, size);
    side_send(s, bytes, span);
    free(bytes);
}

size_t side_read(side *s) {
    enum { STEP = 1 << 16 };
    if (s->begin > 0)
        memmove(s->bytes, s->bytes + s->begin, s->size - s->begin);
    s->size -= s->begin;
    s->begin = 0;
    s->bytes = realloc(s->bytes, s->size + STEP);
    ssize_t count = recv(s->fd, s->bytes + s->size, STEP, MSG_DONTWAIT);
    s->reset = count < 0 && errno == ECONNRESET;
    s->closed = count == 0 || s->reset;
    if (count <= 0)
        return 0;
    s->size += (size_t)count;
    return (size_t)count;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int side_next(side *s, cwire *link, cwire_header *header, const uint8_t **payload) {
    double deadline = now() + 10;
    for (;;) {
        size_t span = 0;
        if (s->size > s->begin)
            CHECK_EQUAL(cwire_frame_check(s->bytes + s->begin, s->size - s->begin,
                                          CWIRE_FRAME_LIMIT, &span),
                        CWIRE_FRAME_OK);
        if (span > 0 && span <= s->size - s->begin) {
            cwire_header_load(header, s->bytes + s->begin);
            *payload = s->bytes + s->begin + CWIRE_HEADER_SIZE;
            for (size_t i = header->size; i < span; i++)
                CHECK_EQUAL(s->bytes[s->begin + i], 0);
            s->begin += span;
            return 1;
        }
        if (s->closed) {
            CHECK_EQUAL(s->size - s->begin, 0); /* no frame is torn */
            return 0;
        }
        CHECK(now() < deadline);
        if (side_read(s) == 0 && !s->closed && link) {
            CHECK(cwire_poll(link, 0) >= 0);
        } else if (!link) { /* another thread polls it */
            struct pollfd ready = {s->fd, POLLIN, 0};
            poll(&ready, 1, 10);
        }
    }
}

const uint8_t *side_expect(side *s, cwire *link, uint16_t type, cwire_header *header) {
    const uint8_t *payload;
    do
        CHECK(side_next(s, link, header, &payload));
    while (header->type == CWIRE_CONTROL && get_i32(payload) == 3);
    CHECK_EQUAL(header->type, type);
    return payload;
}

int32_t side_expect_bye(side *s, cwire *link, char text[512]) {
    cwire_header header;
    const uint8_t *payload;
    int32_t code = 0;
    text[0] = 0;
    while (side_next(s, link, &header, &payload)) {
        if (header.type != CWIRE_CONTROL || get_i32(payload) != 5)
            continue;
        size_t length = header.size - CWIRE_HEADER_SIZE - 8;
        code = get_i32(payload + 4);
        memcpy(text, payload + 8, length);
        text[length] = 0;
    }
    CHECK(code != 0);
    CHECK(!s->reset);
    return code;
}

int32_t side_expect_error(side *s, cwire *link, uint32_t request, char text[1100]) {
    cwire_header header;
    const uint8_t *payload;
    do
        CHECK(side_next(s, link, &header, &payload));
    while (!(header.flags & CWIRE_REPLY));
    CHECK_EQUAL(header.flags, CWIRE_REPLY | CWIRE_ERROR);
    CHECK_EQUAL(header.request, request);
    size_t length = header.size - CWIRE_HEADER_SIZE - 4;
    memcpy(text, payload + 4, length);
    text[length] = 0;
    return get_i32(payload);
}

void side_join(side *s, cwire *link) {
    static const uint8_t answer[24] = {2, 0, 0, 0, 1, 0, 0, 0, 'c', 'w', 'i', 'r', 'e'};
    const uint64_t nothing = 0;
    cwire_header header;
    side_open(s, link);
    const uint8_t *hello = side_expect(s, link, CWIRE_CONTROL, &header);
    CHECK_EQUAL(get_i32(hello), 1);
    side_send_frame(s, CWIRE_CONTROL, 0, answer, sizeof answer);
    /* The reply to anything says that the answer has been handled. */
    side_send_frame(s, 999, UINT32_MAX, &nothing, sizeof nothing);
    while (!(header.flags & CWIRE_REPLY)) {
        const uint8_t *payload;
        CHECK(side_next(s, link, &header, &payload));
    }
}
