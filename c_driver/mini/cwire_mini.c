/* The driver for microcontrollers. See cwire_mini.h. */
#include "cwire_mini.h"

enum {
    SAID_HELLO = 1, /* the line is there */
    LISTENED = 2,   /* the relay has answered: frames are published */
    ZERO_DUE = 4,   /* the COBS block that ends stands for a zero behind it, if more comes */
    ANSWERED = 8,   /* the command that is being handled has got its reply */
    UNTIMED = 16    /* it is not known when the hello was sent: no tick has come since */
};
enum { HELLO = 1, ANSWER = 2, HEARTBEAT = 3, BYE = 5, GREET = 9 }; /* kinds of control frames */
enum { HEADER = 24, CRC_BYTES = 4, BLOCK = 254, HELLO_FIXED = 40, MOST_PARTS = 6 };

#define MOST 0x4000000ul /* CWIRE_FRAME_LIMIT, also where an int has 16 bits */

/* A part of a frame that is sent: nothing is copied together. */
typedef struct part {
    const uint8_t *at;
    size_t size;
} part;

static void put(uint8_t *at, uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8u * i));
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] | (unsigned)at[1] << 8); }

/* CRC-32C (Castagnoli), reflected, four bits at a time: a table of 64 bytes. */
static uint32_t crc_byte(uint32_t crc, uint8_t byte) {
    static const uint32_t table[16] = {0x00000000u, 0x105EC76Fu, 0x20BD8EDEu, 0x30E349B1u,
                                       0x417B1DBCu, 0x5125DAD3u, 0x61C69362u, 0x7198540Du,
                                       0x82F63B78u, 0x92A8FC17u, 0xA24BB5A6u, 0xB21572C9u,
                                       0xC38D26C4u, 0xD3D3E1ABu, 0xE330A81Au, 0xF36E6F75u};
    crc ^= byte;
    crc = crc >> 4 ^ table[crc & 15u];
    return crc >> 4 ^ table[crc & 15u];
}
#define CRC_RESIDUE 0xB798B438u /* the register behind a frame and its CRC */

/* Sending */

static void send_byte(cwire_mini *link, uint8_t byte) {
    link->options->write(link->options->user, &byte, 1);
}

/* Counts the bytes up to the next zero in `parts` from `offset` of the first on, BLOCK at most.
 * Sets *ends if there is none, and nothing more. */
static size_t run_length(const part *parts, unsigned count, size_t offset, int *ends) {
    size_t run = 0;
    *ends = 0;
    for (unsigned i = 0; i < count; i++, offset = 0) {
        for (; offset < parts[i].size; offset++) {
            if (run == BLOCK || parts[i].at[offset] == 0)
                return run;
            run++;
        }
    }
    *ends = 1;
    return run;
}

/* Sends a frame on a serial line: 0, COBS of the frame and its CRC, 0. So a byte that is lost, new
 * or another one never damages more than one frame. `parts` has room for the CRC. */
static void send_packed(cwire_mini *link, part *parts, unsigned count) {
    uint8_t check[CRC_BYTES];
    uint32_t crc = UINT32_MAX;
    size_t offset = 0;
    unsigned i = 0;
    int ends = 0;
    for (unsigned each = 0; each < count; each++)
        for (size_t at = 0; at < parts[each].size; at++)
            crc = crc_byte(crc, parts[each].at[at]);
    put(check, ~crc, CRC_BYTES);
    parts[count].at = check;
    parts[count].size = CRC_BYTES;
    count++;
    send_byte(link, 0);
    while (!ends) {
        const size_t run = run_length(parts + i, count - i, offset, &ends);
        size_t left = run;
        send_byte(link, (uint8_t)(run + 1));
        for (;;) {
            const size_t here = parts[i].size - offset < left ? parts[i].size - offset : left;
            if (here > 0)
                link->options->write(link->options->user, parts[i].at + offset, here);
            offset += here;
            left -= here;
            if (offset < parts[i].size || i + 1 == count)
                break;
            i++;
            offset = 0;
        }
        if (!ends && run < BLOCK) /* over the zero that the block stands for */
            offset++;
    }
    send_byte(link, 0);
}

/* Sends a frame. parts[0] is for its header, and there is room behind the `count` parts. */
static void send_frame(cwire_mini *link, uint16_t type, uint8_t flags, uint32_t sequence,
                       uint32_t request, part *parts, unsigned count) {
    const cwire_mini_options *options = link->options;
    static const uint8_t zeros[8] = {0};
    uint8_t header[HEADER];
    size_t size = HEADER;
    for (unsigned i = 1; i < count; i++)
        size += parts[i].size;
    put(header, size, 4);
    put(header + 4, type, 2);
    header[6] = flags;
    header[7] = 0;
    put(header + 8, sequence, 4);
    put(header + 12, request, 4);
    put(header + 16, options->clock ? options->clock(options->user) : 0, 8);
    parts[0].at = header;
    parts[0].size = HEADER;
    link->sent = link->now;
    if (options->line == CWIRE_MINI_SERIAL) {
        send_packed(link, parts, count);
        return;
    }
    parts[count].at = zeros;
    parts[count].size = (size_t)(-size & 7u);
    for (unsigned i = 0; i <= count; i++)
        if (parts[i].size > 0)
            options->write(options->user, parts[i].at, parts[i].size);
}

/* The largest that a frame with this payload can be on the line. */
static size_t largest(const cwire_mini *link, size_t payload) {
    const size_t frame = HEADER + payload;
    if (link->options->line == CWIRE_MINI_SERIAL)
        return frame + CRC_BYTES + (frame + CRC_BYTES) / BLOCK + 3;
    return frame + (size_t)(-frame & 7u);
}

static size_t length(const char *text) {
    size_t size = 0;
    while (text[size])
        size++;
    return size;
}

static void say_hello(cwire_mini *link) {
    const cwire_schema *schema = link->options->schema;
    uint8_t fixed[HELLO_FIXED] = {HELLO, 0, 0, 0, CWIRE_PROTOCOL, 0, 0, 0, 'c', 'w', 'i', 'r', 'e'};
    part parts[MOST_PARTS];
    const size_t name = length(schema->name);
    put(fixed + 16, link->epoch, 8);
    put(fixed + 24, link->options->room_bytes, 4);
    put(fixed + 28, link->options->heartbeat_ms ? link->options->heartbeat_ms : 1000u, 4);
    put(fixed + 32, name, 4);
    put(fixed + 36, schema->json_size, 4);
    parts[1].at = fixed;
    parts[1].size = HELLO_FIXED;
    parts[2].at = (const uint8_t *)schema->name;
    parts[2].size = name;
    parts[3].at = schema->json;
    parts[3].size = schema->json_size;
    link->flags = SAID_HELLO | UNTIMED;
    send_frame(link, CWIRE_CONTROL, 0, 0, 0, parts, 4);
}

/* Looks a message up; its place, or the count if there is none. */
static size_t place_of(const cwire_schema *schema, uint16_t id) {
    size_t i = 0;
    while (i < schema->count && schema->messages[i].id != id)
        i++;
    return i;
}

static int size_fits(const cwire_message *message, size_t size) {
    if (message->tail_size == 0)
        return size == message->size;
    return size >= message->size && (size - message->size) % message->tail_size == 0;
}

int cwire_mini_publish(cwire_mini *link, uint16_t id, const void *payload, size_t size) {
    const cwire_mini_options *options = link->options;
    const size_t place = place_of(options->schema, id);
    part parts[MOST_PARTS];
    if (place == options->schema->count || options->schema->messages[place].command)
        return CWIRE_EUNKNOWN;
    if (!size_fits(&options->schema->messages[place], size))
        return CWIRE_ESIZE;
    const uint32_t sequence = link->sequence[place]++;
    if (!(link->flags & LISTENED))
        return CWIRE_OK;
    if (options->space && options->space(options->user) < largest(link, size))
        return CWIRE_EBUSY;
    parts[1].at = (const uint8_t *)payload;
    parts[1].size = size;
    send_frame(link, id, 0, sequence, 0, parts, 2);
    return CWIRE_OK;
}

static void send_reply(cwire_mini *link, const cwire_mini_command *command, uint16_t type,
                       uint8_t flags, part *parts, unsigned count) {
    link->flags |= ANSWERED;
    if (link->flags & SAID_HELLO)
        send_frame(link, type, flags, 0, command->request, parts, count);
}

int cwire_mini_reply(cwire_mini *link, const cwire_mini_command *command, const void *payload,
                     size_t size) {
    const cwire_schema *schema = link->options->schema;
    const size_t place = place_of(schema, command->type);
    const uint16_t reply = place < schema->count ? schema->messages[place].reply : 0;
    const size_t answer = place_of(schema, reply);
    part parts[MOST_PARTS];
    if (size > 0 && (answer == schema->count || !size_fits(&schema->messages[answer], size)))
        return CWIRE_ESIZE;
    parts[1].at = (const uint8_t *)payload;
    parts[1].size = size;
    send_reply(link, command, size > 0 ? reply : command->type, CWIRE_REPLY, parts, 2);
    return CWIRE_OK;
}

int cwire_mini_reply_error(cwire_mini *link, const cwire_mini_command *command, int32_t code,
                           const char *text) {
    uint8_t number[4];
    part parts[MOST_PARTS];
    put(number, (uint32_t)code, 4);
    parts[1].at = number;
    parts[1].size = sizeof number;
    parts[2].at = (const uint8_t *)text;
    parts[2].size = length(text);
    send_reply(link, command, command->type, CWIRE_REPLY | CWIRE_ERROR, parts, 3);
    return CWIRE_OK;
}

void cwire_mini_tick(cwire_mini *link, uint32_t now_ms) {
    const cwire_mini_options *options = link->options;
    const uint32_t patience = options->heartbeat_ms ? options->heartbeat_ms : 1000u;
    uint8_t heartbeat[8] = {HEARTBEAT};
    part parts[MOST_PARTS];
    link->now = now_ms;
    if (link->flags & UNTIMED) {
        link->sent = now_ms;
        link->flags &= (uint8_t)~UNTIMED;
    }
    if (!(link->flags & SAID_HELLO) || now_ms - link->sent < patience)
        return;
    if (!(link->flags & LISTENED) && options->line == CWIRE_MINI_SERIAL) {
        say_hello(link); /* the last one, or the answer, may be lost */
        return;
    }
    parts[1].at = heartbeat;
    parts[1].size = sizeof heartbeat;
    send_frame(link, CWIRE_CONTROL, 0, 0, 0, parts, 2);
}

/* Receiving */

static void take_control(cwire_mini *link, const uint8_t *payload, size_t size) {
    const uint32_t kind = size < 4 ? 0 : get32(payload);
    if (kind == GREET && link->options->line == CWIRE_MINI_SERIAL)
        say_hello(link);
    else if (kind == ANSWER && size >= 8 && get32(payload + 4) == CWIRE_PROTOCOL)
        link->flags |= LISTENED;
    else if (kind == BYE)
        link->flags &= (uint8_t)~LISTENED;
}

static void take_command(cwire_mini *link, cwire_mini_command *command, int whole) {
    const cwire_mini_options *options = link->options;
    const size_t place = place_of(options->schema, command->type);
    const cwire_message *message = options->schema->messages + place;
    int code;
    if (place == options->schema->count || !message->command) {
        cwire_mini_reply_error(link, command, CWIRE_EUNKNOWN, "the schema has no such command");
    } else if (!whole) {
        cwire_mini_reply_error(link, command, CWIRE_ETOOBIG,
                               "the command is larger than the driver's memory for one");
    } else if (!size_fits(message, command->size)) {
        cwire_mini_reply_error(link, command, CWIRE_ESIZE,
                               "the payload's size is not the one in the schema");
    } else if (!options->command) {
        cwire_mini_reply_error(link, command, CWIRE_ENOHANDLER,
                               "the driver has no handler for this command");
    } else {
        link->flags &= (uint8_t)~ANSWERED;
        code = options->command(link, command, options->user);
        if (code < 0 && !(link->flags & ANSWERED))
            cwire_mini_reply_error(link, command, code, "the command failed");
        else if (code == 0 && !(link->flags & ANSWERED))
            cwire_mini_reply(link, command, NULL, 0);
    }
}

/* Takes the frame of `size` bytes at the beginning of the room, which may have its first part only.
 */
static void take_frame(cwire_mini *link, uint32_t size) {
    const uint8_t *at = (const uint8_t *)link->options->room;
    const int whole = size <= link->options->room_bytes;
    cwire_mini_command command;
    command.type = get16(at + 4);
    command.request = get32(at + 12);
    command.payload = at + HEADER;
    command.size = (size_t)(size - HEADER);
    command.time_ns = (uint64_t)get32(at + 16) | (uint64_t)get32(at + 20) << 32;
    if (command.type == CWIRE_CONTROL)
        take_control(link, at + HEADER, whole ? command.size : 0);
    else if (link->flags & LISTENED)
        take_command(link, &command, whole);
}

/* Keeps a byte of the frame that comes, as far as there is room. */
static void keep(cwire_mini *link, uint8_t byte) {
    if (link->got < link->options->room_bytes)
        ((uint8_t *)link->options->room)[link->got] = byte;
    link->got++;
}

static void take_packed(cwire_mini *link, uint8_t byte) {
    if (byte == 0) {
        const uint32_t got = link->got;
        const int begun = got > 0 || link->left > 0 || (link->flags & ZERO_DUE);
        const int good = link->left == 0 && link->crc == CRC_RESIDUE && got >= HEADER + CRC_BYTES &&
                         get32((const uint8_t *)link->options->room) == got - CRC_BYTES;
        link->got = 0;
        link->left = 0;
        link->crc = UINT32_MAX;
        link->flags &= (uint8_t)~ZERO_DUE;
        if (good)
            take_frame(link, got - CRC_BYTES);
        else
            link->damaged += begun ? 1u : 0u;
        return;
    }
    if (link->left == 0) { /* it says how long the block is that begins */
        const int due = link->flags & ZERO_DUE;
        link->left = (uint8_t)(byte - 1);
        link->flags = (uint8_t)((link->flags & ~ZERO_DUE) | (byte < 255 ? ZERO_DUE : 0));
        if (!due)
            return;
        byte = 0;
    } else {
        link->left--;
    }
    link->crc = crc_byte(link->crc, byte);
    keep(link, byte);
}

static int take_plain(cwire_mini *link, uint8_t byte) {
    keep(link, byte);
    if (link->got >= HEADER) {
        const uint32_t size = get32((const uint8_t *)link->options->room);
        if (size < HEADER || size > MOST)
            return CWIRE_EPROTOCOL;
        if (link->got == ((size + 7u) & ~(uint32_t)7u)) {
            link->got = 0;
            take_frame(link, size);
        }
    }
    return CWIRE_OK;
}

int cwire_mini_receive(cwire_mini *link, const void *bytes, size_t size) {
    const uint8_t *at = (const uint8_t *)bytes;
    if (!(link->flags & SAID_HELLO))
        return CWIRE_OK;
    for (size_t i = 0; i < size; i++) {
        if (link->options->line == CWIRE_MINI_SERIAL)
            take_packed(link, at[i]);
        else if (take_plain(link, at[i]) != CWIRE_OK)
            return CWIRE_EPROTOCOL;
    }
    return CWIRE_OK;
}

/* Beginning and end */

void cwire_mini_connected(cwire_mini *link) {
    link->crc = UINT32_MAX;
    link->got = 0;
    link->left = 0;
    say_hello(link);
}

void cwire_mini_disconnected(cwire_mini *link) { link->flags = 0; }

int cwire_mini_listened(const cwire_mini *link) { return (link->flags & LISTENED) != 0; }

int cwire_mini_begin(cwire_mini *link, const cwire_mini_options *options, uint64_t epoch) {
    if (!link || !options || !options->schema || !options->write || !options->room ||
        options->room_bytes < CWIRE_MINI_ROOM || epoch == 0)
        return CWIRE_EINVAL;
    if (options->schema->count > CWIRE_MINI_MESSAGES)
        return CWIRE_ETOOBIG;
    link->options = options;
    link->epoch = epoch;
    for (size_t i = 0; i < CWIRE_MINI_MESSAGES; i++)
        link->sequence[i] = 0;
    link->damaged = 0;
    link->now = 0;
    link->sent = 0;
    link->flags = 0;
    if (options->line == CWIRE_MINI_SERIAL)
        cwire_mini_connected(link);
    return CWIRE_OK;
}
