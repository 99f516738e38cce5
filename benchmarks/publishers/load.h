/* The messages of the benchmark driver. */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

/** Which struct a message id stands for. */
enum message_id { SAMPLE = 1, TILE = 2, BLOCK = 3, PUBLISH = 16, ECHO = 17 };

/** With the header a frame of 64 bytes. */
struct sample {
    uint64_t index;   /**< Counts samples. */
    double values[4]; /**< Anything. */
};

/** With the header a frame of 64 KiB. */
struct tile {
    uint64_t index;      /**< Counts tiles. */
    double values[8188]; /**< Anything. */
};

/** With the header a frame of 1 MiB. */
struct block {
    uint64_t index;        /**< Counts blocks. */
    double values[131068]; /**< Anything. */
};

/** Publishes frames of one message in batches. @command */
struct publish {
    uint64_t count;   /**< How many frames. */
    uint32_t message; /**< Its id. @default 1 */
    uint32_t batch;   /**< How many between two looks at the peers. @default 64 */
    uint32_t paced;   /**< 1: wait for the peers, so that none is lost; 0: do not. @default 1 */
    uint32_t rate;    /**< Batches per second; 0: as fast as it goes. @default 0 @unit Hz */
};

/** Comes back as it is. @command @reply echo */
struct echo {
    uint64_t number;  /**< Anything. */
    double values[4]; /**< Anything. */
};

#endif
