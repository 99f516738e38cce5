/* What the relay publishes about itself, once a second, as source 255 ("relay").
 *
 * One round is one frame of each struct below for each thing that it describes, all with the same
 * time stamp; the relay_status comes last, so whoever has it has the whole round.
 *
 * After a change: .venv/bin/cwire wrap -o DIR of this file, and DIR/relay_messages.schema.json goes
 * beside it. A test compares them.
 */
#ifndef RELAY_MESSAGES_H
#define RELAY_MESSAGES_H

#include <stdint.h>

#define RELAY_NAME_BYTES 64 /**< Room for a name; what is longer is cut off. */

/** Which struct a message id stands for. */
enum message_id { RELAY_STATUS = 1, RELAY_DRIVER = 2, RELAY_MESSAGE = 3, RELAY_CLIENT = 4 };

/** How the relay finds a driver. */
enum relay_driver_state {
    DOWN = 0,  /**< It does not run, or cannot be reached. */
    STALE = 1, /**< It is connected, but silent for too long. */
    UP = 2     /**< It is connected and alive. */
};

/** The relay as a whole. Totals are since it started; rates are over the last interval. */
struct relay_status {
    double uptime;         /**< Time since the relay started. @unit s */
    double interval;       /**< Time that the rates cover. @unit s */
    double loop_lag;       /**< How late the last timer was: the event loop was busy. @unit s */
    uint64_t frames;       /**< Frames from all drivers. */
    uint64_t bytes;        /**< Their bytes, headers included. @unit B */
    uint64_t lost;         /**< Frames that drivers published and the relay did not get. */
    uint64_t dropped;      /**< Frames dropped for clients that read too slowly. */
    uint64_t commands;     /**< Commands sent to drivers. */
    uint64_t sent_bytes;   /**< Bytes sent to all clients. @unit B */
    uint64_t queue_bytes;  /**< Bytes that wait for clients now. @unit B */
    double frame_rate;     /**< Frames from all drivers. @unit 1/s */
    double byte_rate;      /**< Bytes from all drivers. @unit B/s */
    double lost_rate;      /**< Frames lost on their way to the relay. @unit 1/s */
    double dropped_rate;   /**< Frames dropped for slow clients. @unit 1/s */
    double sent_byte_rate; /**< Bytes sent to all clients. @unit B/s */
    uint32_t clients;      /**< Clients connected. */
    uint32_t drivers;    /**< Drivers that the relay serves, and relay_driver frames in a round. */
    uint32_t drivers_up; /**< Of these, up. */
    uint32_t pending;    /**< Commands that wait for their reply. */
};

/** One driver. */
struct relay_driver {
    uint32_t source;               /**< Its number in frames. */
    enum relay_driver_state state; /**< How the relay finds it. */
    char name[RELAY_NAME_BYTES];   /**< Its name. */
    uint64_t frames;               /**< Frames from it. */
    uint64_t bytes;                /**< Their bytes, headers included. @unit B */
    uint64_t lost;                 /**< Frames that it published and the relay did not get. */
    uint64_t dropped;              /**< Frames of it dropped for clients that read too slowly. */
    uint64_t commands;             /**< Commands sent to it. */
    double frame_rate;             /**< Frames from it. @unit 1/s */
    double byte_rate;              /**< Bytes from it. @unit B/s */
    double lost_rate;              /**< Frames lost on their way to the relay. @unit 1/s */
    double dropped_rate;           /**< Frames dropped for slow clients. @unit 1/s */
    double command_rate;           /**< Commands sent to it. @unit 1/s */
    uint32_t pending;              /**< Commands that wait for its reply. */
    uint32_t session;              /**< The number of its present run; 0 before the first. */
};

/** One message of a driver, from the first frame of it on. */
struct relay_message {
    uint32_t source;             /**< The driver's number in frames. */
    uint32_t id;                 /**< The message's number in the driver's schema. */
    char name[RELAY_NAME_BYTES]; /**< Its name there. */
    uint64_t frames;             /**< Frames of it. */
    uint64_t bytes;              /**< Their bytes, headers included. @unit B */
    uint64_t lost;               /**< Frames that the driver published and the relay did not get. */
    uint64_t dropped;            /**< Frames dropped for clients that read too slowly. */
    double frame_rate;           /**< Frames of it. @unit 1/s */
    double byte_rate;            /**< Bytes of it. @unit B/s */
    double lost_rate;            /**< Frames lost on their way to the relay. @unit 1/s */
    double dropped_rate;         /**< Frames dropped for slow clients. @unit 1/s */
};

/** One client. */
struct relay_client {
    uint32_t id;            /**< The number that its hello gave it. */
    uint32_t subscriptions; /**< Its subscriptions. */
    uint64_t queue_bytes;   /**< Bytes that wait for it now. @unit B */
    uint64_t sent_bytes;    /**< Bytes sent to it. @unit B */
    uint64_t dropped;       /**< Frames dropped because it read too slowly. */
    double sent_byte_rate;  /**< Bytes sent to it. @unit B/s */
    double dropped_rate;    /**< Frames dropped because it read too slowly. @unit 1/s */
};

#endif
