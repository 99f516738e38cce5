/* Made by `cwire wrap ipc_messages.h`: do not edit. */
/* clang-format off */
#ifndef IPC_MESSAGES_SCHEMA_H
#define IPC_MESSAGES_SCHEMA_H

#include "cwire.h"

/* C++ has no flexible array members; its compilers have, but -Wpedantic complains. */
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include "ipc_messages.h"
#if defined(__cplusplus) && defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "this schema is little-endian, this compiler's target is not: wrap again with its CC"
#endif
/* An error in one of these lines: this compiler, with these flags, lays the struct out otherwise
 * than the one that `cwire wrap` asked, or sees another header (-D). Wrap again with CC set to this
 * compiler and its flags. */
#ifndef CWIRE_ASSERT
#if defined(__GNUC__)
#define CWIRE_OFFSETOF(type, member) __builtin_offsetof(type, member)
#else
#include <stddef.h>
#define CWIRE_OFFSETOF(type, member) offsetof(type, member)
#endif
#if defined(__cplusplus)
#define CWIRE_ASSERT(condition, name) static_assert(condition, #name)
#else
#define CWIRE_ASSERT(condition, name) typedef char cwire_assert_##name[(condition) ? 1 : -1]
#endif
#endif

CWIRE_ASSERT(IPC_SAMPLE == 1, ipc_messages_IPC_SAMPLE_id);
CWIRE_ASSERT(IPC_BLOCK == 2, ipc_messages_IPC_BLOCK_id);
CWIRE_ASSERT(sizeof(struct ipc_sample) == 40, ipc_messages_ipc_sample_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_sample, index) == 0, ipc_messages_ipc_sample_index_offset);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->index) == 8, ipc_messages_ipc_sample_index_size);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->index + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_sample_index_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_sample, t_ns) == 8, ipc_messages_ipc_sample_t_ns_offset);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->t_ns) == 8, ipc_messages_ipc_sample_t_ns_size);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->t_ns + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_sample_t_ns_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_sample, last) == 16, ipc_messages_ipc_sample_last_offset);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->last) == 8, ipc_messages_ipc_sample_last_size);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->last + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_sample_last_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_sample, values) == 24,
             ipc_messages_ipc_sample_values_offset);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->values) == 16, ipc_messages_ipc_sample_values_size);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->values[0]) == 8,
             ipc_messages_ipc_sample_values_element_size);
CWIRE_ASSERT(sizeof(((struct ipc_sample *)0)->values[0] + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_sample_values_kind);
CWIRE_ASSERT(sizeof(struct ipc_block) == 24, ipc_messages_ipc_block_size);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_block, index) == 0, ipc_messages_ipc_block_index_offset);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->index) == 8, ipc_messages_ipc_block_index_size);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->index + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_block_index_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_block, t_ns) == 8, ipc_messages_ipc_block_t_ns_offset);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->t_ns) == 8, ipc_messages_ipc_block_t_ns_size);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->t_ns + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_block_t_ns_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_block, last) == 16, ipc_messages_ipc_block_last_offset);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->last) == 8, ipc_messages_ipc_block_last_size);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->last + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_block_last_kind);
CWIRE_ASSERT(CWIRE_OFFSETOF(struct ipc_block, values) == 24, ipc_messages_ipc_block_values_offset);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->values[0]) == 8, ipc_messages_ipc_block_values_size);
CWIRE_ASSERT(sizeof(((struct ipc_block *)0)->values[0] + 0.0f) == sizeof(0.0f),
             ipc_messages_ipc_block_values_kind);
#if defined(__GNUC__) && __GNUC__ >= 6 && !defined(__clang__) && !defined(__cplusplus)
CWIRE_ASSERT(sizeof(&((struct ipc_sample *)0)->index) != 0, ipc_messages_ipc_sample_byte_order);
CWIRE_ASSERT(sizeof(&((struct ipc_block *)0)->index) != 0, ipc_messages_ipc_block_byte_order);
#endif

/* The schema's JSON: string literals may end at 4095 bytes. A microcontroller that has no room for
 * it defines CWIRE_SCHEMA_HASH, and its relay is started with --schema. */
static const unsigned char ipc_messages_schema_json[] = {
#ifdef CWIRE_SCHEMA_HASH
    123, 34, 115, 99, 104, 101, 109, 97, 34, 58, 34, 99, 119, 105, 114, 101, 45, 115, 99, 104, 101,
    109, 97, 47, 49, 34, 44, 34, 110, 97, 109, 101, 34, 58, 34, 105, 112, 99, 95, 109, 101, 115,
    115, 97, 103, 101, 115, 34, 44, 34, 108, 97, 121, 111, 117, 116, 95, 104, 97, 115, 104, 34, 58,
    34, 115, 104, 97, 50, 53, 54, 58, 55, 53, 57, 56, 49, 101, 97, 52, 54, 52, 53, 57, 101, 57, 49,
    97, 99, 97, 98, 54, 57, 54, 49, 57, 52, 102, 52, 48, 53, 102, 101, 99, 99, 56, 99, 52, 53, 48,
    56, 101, 99, 48, 98, 50, 56, 101, 100, 57, 99, 49, 48, 99, 98, 57, 48, 50, 54, 49, 53, 101, 48,
    48, 50, 55, 34, 125,
#else
    123, 34, 115, 99, 104, 101, 109, 97, 34, 58, 34, 99, 119, 105, 114, 101, 45, 115, 99, 104, 101,
    109, 97, 47, 49, 34, 44, 34, 110, 97, 109, 101, 34, 58, 34, 105, 112, 99, 95, 109, 101, 115,
    115, 97, 103, 101, 115, 34, 44, 34, 108, 97, 121, 111, 117, 116, 95, 104, 97, 115, 104, 34, 58,
    34, 115, 104, 97, 50, 53, 54, 58, 55, 53, 57, 56, 49, 101, 97, 52, 54, 52, 53, 57, 101, 57, 49,
    97, 99, 97, 98, 54, 57, 54, 49, 57, 52, 102, 52, 48, 53, 102, 101, 99, 99, 56, 99, 52, 53, 48,
    56, 101, 99, 48, 98, 50, 56, 101, 100, 57, 99, 49, 48, 99, 98, 57, 48, 50, 54, 49, 53, 101, 48,
    48, 50, 55, 34, 44, 34, 98, 121, 116, 101, 95, 111, 114, 100, 101, 114, 34, 58, 34, 108, 105,
    116, 116, 108, 101, 34, 44, 34, 97, 98, 105, 34, 58, 123, 34, 112, 111, 105, 110, 116, 101, 114,
    34, 58, 56, 44, 34, 108, 111, 110, 103, 34, 58, 56, 44, 34, 119, 99, 104, 97, 114, 34, 58, 52,
    44, 34, 99, 104, 97, 114, 95, 115, 105, 103, 110, 101, 100, 34, 58, 116, 114, 117, 101, 125, 44,
    34, 115, 111, 117, 114, 99, 101, 34, 58, 123, 34, 104, 101, 97, 100, 101, 114, 34, 58, 34, 105,
    112, 99, 95, 109, 101, 115, 115, 97, 103, 101, 115, 46, 104, 34, 44, 34, 99, 99, 34, 58, 34,
    103, 99, 99, 34, 44, 34, 116, 97, 114, 103, 101, 116, 34, 58, 34, 120, 56, 54, 95, 54, 52, 45,
    108, 105, 110, 117, 120, 45, 103, 110, 117, 34, 44, 34, 102, 108, 97, 103, 115, 34, 58, 91, 93,
    44, 34, 118, 101, 114, 105, 102, 105, 101, 100, 34, 58, 116, 114, 117, 101, 125, 44, 34, 99,
    111, 110, 115, 116, 97, 110, 116, 115, 34, 58, 123, 125, 44, 34, 101, 110, 117, 109, 115, 34,
    58, 123, 125, 44, 34, 116, 121, 112, 101, 115, 34, 58, 123, 34, 105, 112, 99, 95, 115, 97, 109,
    112, 108, 101, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99,
    116, 32, 105, 112, 99, 95, 115, 97, 109, 112, 108, 101, 34, 44, 34, 107, 105, 110, 100, 34, 58,
    34, 115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 52, 48, 44, 34, 97,
    108, 105, 103, 110, 34, 58, 56, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110,
    97, 109, 101, 34, 58, 34, 105, 110, 100, 101, 120, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34,
    58, 34, 117, 105, 110, 116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58,
    48, 44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107,
    105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56,
    34, 125, 44, 34, 100, 111, 99, 34, 58, 34, 67, 111, 117, 110, 116, 115, 32, 109, 101, 115, 115,
    97, 103, 101, 115, 44, 32, 102, 114, 111, 109, 32, 49, 46, 34, 125, 44, 123, 34, 110, 97, 109,
    101, 34, 58, 34, 116, 95, 110, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117,
    105, 110, 116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34,
    115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100,
    34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34,
    100, 111, 99, 34, 58, 34, 67, 76, 79, 67, 75, 95, 77, 79, 78, 79, 84, 79, 78, 73, 67, 32, 119,
    104, 101, 110, 32, 105, 116, 32, 119, 97, 115, 32, 119, 114, 105, 116, 116, 101, 110, 46, 34,
    44, 34, 117, 110, 105, 116, 34, 58, 34, 110, 115, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34,
    58, 34, 108, 97, 115, 116, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110,
    116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115,
    105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100,
    111, 99, 34, 58, 34, 49, 58, 32, 110, 111, 32, 111, 116, 104, 101, 114, 32, 99, 111, 109, 101,
    115, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 118, 97, 108, 117, 101, 115, 34,
    44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54, 52, 95, 116, 91, 50, 93,
    34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 50, 52, 44, 34, 115, 105, 122, 101, 34, 58,
    49, 54, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 97, 114,
    114, 97, 121, 34, 44, 34, 115, 104, 97, 112, 101, 34, 58, 91, 50, 93, 44, 34, 111, 102, 34, 58,
    123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34,
    60, 117, 56, 34, 125, 125, 44, 34, 100, 111, 99, 34, 58, 34, 65, 110, 121, 116, 104, 105, 110,
    103, 46, 34, 125, 93, 44, 34, 100, 111, 99, 34, 58, 34, 87, 105, 116, 104, 32, 116, 104, 101,
    32, 102, 114, 97, 109, 101, 39, 115, 32, 104, 101, 97, 100, 101, 114, 32, 105, 116, 32, 104, 97,
    115, 32, 54, 52, 32, 98, 121, 116, 101, 115, 46, 34, 125, 44, 34, 105, 112, 99, 95, 98, 108,
    111, 99, 107, 34, 58, 123, 34, 99, 95, 110, 97, 109, 101, 34, 58, 34, 115, 116, 114, 117, 99,
    116, 32, 105, 112, 99, 95, 98, 108, 111, 99, 107, 34, 44, 34, 107, 105, 110, 100, 34, 58, 34,
    115, 116, 114, 117, 99, 116, 34, 44, 34, 115, 105, 122, 101, 34, 58, 50, 52, 44, 34, 97, 108,
    105, 103, 110, 34, 58, 56, 44, 34, 102, 105, 101, 108, 100, 115, 34, 58, 91, 123, 34, 110, 97,
    109, 101, 34, 58, 34, 105, 110, 100, 101, 120, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58,
    34, 117, 105, 110, 116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 48,
    44, 34, 115, 105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105,
    110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34,
    125, 44, 34, 100, 111, 99, 34, 58, 34, 67, 111, 117, 110, 116, 115, 32, 109, 101, 115, 115, 97,
    103, 101, 115, 44, 32, 102, 114, 111, 109, 32, 49, 46, 34, 125, 44, 123, 34, 110, 97, 109, 101,
    34, 58, 34, 116, 95, 110, 115, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105,
    110, 116, 54, 52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 56, 44, 34, 115,
    105, 122, 101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34,
    58, 34, 117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100,
    111, 99, 34, 58, 34, 67, 76, 79, 67, 75, 95, 77, 79, 78, 79, 84, 79, 78, 73, 67, 32, 119, 104,
    101, 110, 32, 105, 116, 32, 119, 97, 115, 32, 119, 114, 105, 116, 116, 101, 110, 46, 34, 44, 34,
    117, 110, 105, 116, 34, 58, 34, 110, 115, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34,
    108, 97, 115, 116, 34, 44, 34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54,
    52, 95, 116, 34, 44, 34, 111, 102, 102, 115, 101, 116, 34, 58, 49, 54, 44, 34, 115, 105, 122,
    101, 34, 58, 56, 44, 34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34,
    117, 105, 110, 116, 34, 44, 34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 100, 111,
    99, 34, 58, 34, 49, 58, 32, 110, 111, 32, 111, 116, 104, 101, 114, 32, 99, 111, 109, 101, 115,
    46, 34, 125, 44, 123, 34, 110, 97, 109, 101, 34, 58, 34, 118, 97, 108, 117, 101, 115, 34, 44,
    34, 99, 95, 116, 121, 112, 101, 34, 58, 34, 117, 105, 110, 116, 54, 52, 95, 116, 91, 93, 34, 44,
    34, 111, 102, 102, 115, 101, 116, 34, 58, 50, 52, 44, 34, 115, 105, 122, 101, 34, 58, 48, 44,
    34, 116, 121, 112, 101, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 116, 97, 105, 108, 34,
    44, 34, 111, 102, 34, 58, 123, 34, 107, 105, 110, 100, 34, 58, 34, 117, 105, 110, 116, 34, 44,
    34, 110, 112, 34, 58, 34, 60, 117, 56, 34, 125, 44, 34, 115, 116, 114, 105, 100, 101, 34, 58,
    56, 125, 44, 34, 100, 111, 99, 34, 58, 34, 65, 110, 121, 116, 104, 105, 110, 103, 46, 34, 125,
    93, 44, 34, 100, 111, 99, 34, 58, 34, 65, 115, 32, 109, 97, 110, 121, 32, 98, 121, 116, 101,
    115, 32, 97, 115, 32, 97, 114, 101, 32, 119, 97, 110, 116, 101, 100, 46, 34, 125, 125, 44, 34,
    109, 101, 115, 115, 97, 103, 101, 115, 34, 58, 123, 34, 49, 34, 58, 123, 34, 110, 97, 109, 101,
    34, 58, 34, 105, 112, 99, 95, 115, 97, 109, 112, 108, 101, 34, 44, 34, 116, 121, 112, 101, 34,
    58, 34, 105, 112, 99, 95, 115, 97, 109, 112, 108, 101, 34, 125, 44, 34, 50, 34, 58, 123, 34,
    110, 97, 109, 101, 34, 58, 34, 105, 112, 99, 95, 98, 108, 111, 99, 107, 34, 44, 34, 116, 121,
    112, 101, 34, 58, 34, 105, 112, 99, 95, 98, 108, 111, 99, 107, 34, 125, 125, 125,
#endif
};

static const cwire_message ipc_messages_schema_messages[] = {
    /* id, reply, command, size, tail_size, name */
    {1, 0, 0, 40, 0, "ipc_sample"},
    {2, 0, 0, 24, 8, "ipc_block"},
};

static const cwire_schema ipc_messages_schema = {
    "ipc_messages", ipc_messages_schema_json, sizeof ipc_messages_schema_json, ipc_messages_schema_messages, 2
};

#endif
