/* The messages of the driver of `cwire bench ipc`.
 *
 * After a change: .venv/bin/cwire wrap -o DIR of this file, and DIR/ipc_messages_schema.h goes to
 * generated/. A test compares them.
 */
#ifndef IPC_MESSAGES_H
#define IPC_MESSAGES_H

#include <stdint.h>

/** Which struct a message id stands for. */
enum message_id { IPC_SAMPLE = 1, IPC_BLOCK = 2 };

/** With the frame's header it has 64 bytes. */
struct ipc_sample {
    uint64_t index;     /**< Counts messages, from 1. */
    uint64_t t_ns;      /**< CLOCK_MONOTONIC when it was written. @unit ns */
    uint64_t last;      /**< 1: no other comes. */
    uint64_t values[2]; /**< Anything. */
};

/** As many bytes as are wanted. */
struct ipc_block {
    uint64_t index;    /**< Counts messages, from 1. */
    uint64_t t_ns;     /**< CLOCK_MONOTONIC when it was written. @unit ns */
    uint64_t last;     /**< 1: no other comes. */
    uint64_t values[]; /**< Anything. */
};

#endif
