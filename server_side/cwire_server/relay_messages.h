/* What the relay publishes itself, as source 255 ("relay").
 *
 * Statistics come once a second, in rounds: one frame of each of the first four structs below for
 * each thing that it describes, all with the same time stamp; the relay_status comes last, so
 * whoever has it has the whole round. relay_command and relay_answer come when they happen.
 *
 * After a change: .venv/bin/cwire wrap -o DIR of this file, and DIR/relay_messages.schema.json goes
 * beside it. A test compares them.
 */
#ifndef RELAY_MESSAGES_H
#define RELAY_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#define RELAY_NAME_BYTES 64   /**< Room for a name; what is longer is cut off. */
#define RELAY_LAYOUT_BYTES 72 /**< Room for a layout_hash. */

/** Which struct a message id stands for. */
enum message_id {
    RELAY_STATUS = 1,
    RELAY_DRIVER = 2,
    RELAY_MESSAGE = 3,
    RELAY_CLIENT = 4,
    RELAY_COMMAND = 5,
    RELAY_ANSWER = 6
};

/** How the relay finds a driver. */
enum relay_driver_state {
    DOWN = 0,  /**< It does not run, or cannot be reached. */
    STALE = 1, /**< It is connected, but silent for too long. */
    UP = 2     /**< It is connected and alive. */
};

/** How a command ended. */
enum relay_outcome {
    DONE = 0,        /**< The driver replied. */
    REFUSED = 1,     /**< The driver replied with an error. */
    TIMED_OUT = 2,   /**< There was no reply in time: nobody knows whether it was carried out. */
    DRIVER_DOWN = 3, /**< The driver went down before it replied: the same. */
    CLIENT_LEFT = 4  /**< Who sent it left before the reply: the same. */
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

/** A command of any client, which the relay has checked and passed on to its driver. */
struct relay_command {
    uint64_t number;                 /**< +1 for each command that the relay passes on. */
    uint32_t client;                 /**< Who sent it: the number that its hello gave it. */
    uint32_t source;                 /**< The driver's number in frames. */
    uint32_t session;                /**< The number of the driver's run. */
    uint32_t id;                     /**< The command's number in the driver's schema. */
    uint32_t size;                   /**< Bytes of the command; payload may have fewer. @unit B */
    bool json;                       /**< It came as JSON: payload is the struct made of that. */
    char driver[RELAY_NAME_BYTES];   /**< The driver's name. */
    char name[RELAY_NAME_BYTES];     /**< The command's name. */
    char layout[RELAY_LAYOUT_BYTES]; /**< The layout_hash of the driver's schema. */
    uint8_t payload[];               /**< The command's struct, up to 1 MiB of it. */
};

/** How such a command ended. */
struct relay_answer {
    uint64_t number;                /**< That of the relay_command. */
    double seconds;                 /**< From when it was passed on. @unit s */
    uint32_t client;                /**< Who sent it. */
    uint32_t source;                /**< The driver's number in frames. */
    enum relay_outcome outcome;     /**< How it ended. */
    int32_t code;                   /**< If it was not DONE: why, as in error replies. */
    uint32_t id;                    /**< The reply's number in the schema; 0: it has none. */
    uint32_t size;                  /**< Bytes of the reply; payload may have fewer. @unit B */
    char driver[RELAY_NAME_BYTES];  /**< The driver's name. */
    char command[RELAY_NAME_BYTES]; /**< The command's name. */
    uint8_t payload[];              /**< The reply's struct, up to 1 MiB; or the error's text. */
};

#endif
