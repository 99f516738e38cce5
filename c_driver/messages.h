/* The messages of the demo driver: a two-channel function generator with an oscilloscope and a
 * camera behind it. This header is the only place that says what is on the wire; `cwire wrap`
 * makes everything else from it.
 *
 * Tags in a struct's comment:  @command (peers send it)  @reply NAME (the message that answers it)
 * Tags in a field's comment:   @unit U  @range LOW HIGH  @default VALUE  @tile ROLE
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#define SCOPE_CHANNELS 2      /**< Channels of the generator and of the scope. */
#define SCOPE_SAMPLES 1024    /**< Samples in one block. */
#define CAMERA_TILE_WIDTH 64  /**< Pixels in a row of a full tile. */
#define CAMERA_TILE_HEIGHT 64 /**< Rows in a full tile. */
#define IMAGE_TILE_SIZE 256   /**< Pixels in a row, and rows, of a tile of the large image. */

/** Which struct a message id stands for: the id's name in lower case is the struct's. */
enum message_id {
    SCOPE_BLOCK = 1,
    CAMERA_TILE = 2,
    DRIVER_STATUS = 3,
    WAVEFORM = 4,
    SELF_TEST_RESULT = 5,
    ACQUISITION = 6,
    IMAGE_TILE = 7,
    IMAGE = 8,
    SET_WAVEFORM = 16,
    GET_STATUS = 17,
    START = 18,
    STOP = 19,
    SELF_TEST = 20,
    SET_ACQUISITION = 21,
    ECHO = 22,
    WANT_TILES = 23
};

/** The shape of a generated signal. */
enum waveform_shape {
    SINE = 0,     /**< A sine. */
    SQUARE = 1,   /**< A square wave, half of the period high. */
    TRIANGLE = 2, /**< A symmetric triangle. */
    NOISE = 3     /**< Gaussian noise; the amplitude is its standard deviation. */
};

/** When a block of samples begins. */
enum trigger_mode {
    FREE_RUN = 0,    /**< Blocks follow each other without a gap. */
    RISING_EDGE = 1, /**< A block begins where the signal rises through the level. */
    FALLING_EDGE = 2 /**< A block begins where the signal falls through the level. */
};

/** What the pixels of the large image are. */
enum pixel_format {
    UINT8 = 0,   /**< brightness / 256. */
    UINT16 = 1,  /**< The brightness: 0 to 50784. */
    INT16 = 2,   /**< brightness - 32768. */
    INT32 = 3,   /**< (brightness - 32768) * 32768. */
    FLOAT16 = 4, /**< brightness / 32, without its fraction. */
    FLOAT32 = 5, /**< brightness / 65536. */
    FLOAT64 = 6  /**< brightness / 65536. */
};

/** One block of samples of one channel of the scope. */
struct scope_block {
    uint64_t first_sample;        /**< Index of samples[0] since the driver started. */
    double dt;                    /**< Time from one sample to the next. @unit s */
    uint32_t channel;             /**< Which channel: 0 or 1. */
    int32_t trigger;              /**< Index of the sample at the trigger; -1 without one. */
    float samples[SCOPE_SAMPLES]; /**< The signal. @unit V */
};

/** A rectangle of the camera's picture, row by row. */
struct camera_tile {
    uint32_t image;    /**< Counts pictures. */
    uint16_t tile;     /**< Index of this tile in its picture. */
    uint16_t tiles;    /**< Tiles in the picture. */
    uint16_t x;        /**< Left edge in the picture. @unit px @tile x */
    uint16_t y;        /**< Top edge in the picture. @unit px @tile y */
    uint16_t width;    /**< Pixels in a row. @unit px @tile width */
    uint16_t height;   /**< Rows. @unit px @tile height */
    uint16_t pixels[]; /**< width * height brightness values, row by row. @tile pixels */
};

/** What the generator makes on one channel. */
struct waveform {
    uint32_t channel;          /**< Which channel: 0 or 1. */
    enum waveform_shape shape; /**< The shape of the signal. */
    double frequency;          /**< Periods per second. @unit Hz */
    double amplitude;          /**< From the middle to the peak. @unit V */
    double offset;             /**< The middle. @unit V */
};

/** How the scope samples. */
struct acquisition {
    double sample_rate;        /**< Samples per second of each channel. @unit Hz */
    double level;              /**< Trigger level. @unit V */
    enum trigger_mode trigger; /**< What begins a block. */
    uint32_t channel;          /**< Channel that triggers. */
};

/** How the driver is; published twice a second and in answer to get_status. */
struct driver_status {
    bool running;                             /**< Blocks are being published. */
    uint8_t cpu_load;                         /**< The driver's own processor load. @unit % */
    uint16_t peers;                           /**< Peers that want scope blocks. */
    float temperature;                        /**< Of the (simulated) front end. @unit degC */
    uint64_t blocks;                          /**< Blocks published since the start. */
    uint64_t commands;                        /**< Commands handled since the start. */
    double uptime;                            /**< Time since the start. @unit s */
    char firmware[16];                        /**< Version text. */
    float calibration[SCOPE_CHANNELS][3];     /**< Gain, offset and noise of each channel. */
    struct acquisition acquisition;           /**< How the scope samples now. */
    struct waveform channels[SCOPE_CHANNELS]; /**< What the generator makes now. */
};

/** A tile of the large image, which moves. It is published while somebody wants it. */
struct image_tile {
    uint32_t picture;         /**< Counts pictures. */
    uint32_t level;           /**< Of the pyramid: a pixel is 2^level wide. @tile level */
    uint32_t x;               /**< Left edge in its level. @unit px @tile x */
    uint32_t y;               /**< Top edge in its level. @unit px @tile y */
    uint16_t width;           /**< Pixels in a row. @unit px @tile width */
    uint16_t height;          /**< Rows. @unit px @tile height */
    enum pixel_format format; /**< What the pixels are. @tile format */
    uint8_t pixels[];         /**< width * height pixels, row by row. @tile pixels */
};

/** The large image, in answer to want_tiles. */
struct image {
    uint32_t width;     /**< Pixels in a row. @unit px @tile image_width */
    uint32_t height;    /**< Rows. @unit px @tile image_height */
    uint32_t tile_size; /**< Pixels in a row of a tile. @unit px @tile tile_width */
    uint32_t tile_rows; /**< Rows of a tile. @tile tile_height */
    uint32_t levels;    /**< Each has half the rows and columns of the one before. @tile levels */
    float lease;        /**< So long a wish holds. @unit s @tile lease */
};

/** A tile that somebody wants. */
struct wanted_tile {
    uint32_t x;     /**< Left edge in its level, a multiple of the tile's size. @tile x */
    uint32_t y;     /**< Top edge. @tile y */
    uint16_t level; /**< Of the pyramid. @tile level */
    uint16_t have;  /**< 1: its pixels came already; the image moves, so they come anyway.
                         @tile have */
};

/** What a self test found. */
struct self_test_result {
    uint32_t channel; /**< The tested channel. */
    float peak;       /**< Largest deviation seen. @unit V */
    float rms;        /**< Root mean square of the signal. @unit V */
    char verdict[52]; /**< A sentence for people. */
};

/** Sets what the generator makes on one channel. @command @reply waveform */
struct set_waveform {
    uint32_t channel;          /**< Which channel. @range 0 1 @default 0 */
    enum waveform_shape shape; /**< The shape of the signal. @default SINE */
    double frequency;          /**< Periods per second. @unit Hz @range 0.01 1e6 @default 10 */
    double amplitude;          /**< Middle to peak. @unit V @range 0 10 @default 1 */
    double offset;             /**< The middle. @unit V @range -10 10 @default 0 */
};

/** Asks for the status now. @command @reply driver_status */
struct get_status {
    bool reset_counters; /**< Set the counters of blocks and commands to zero afterwards. */
};

/** Begins to publish blocks. @command */
struct start {
    uint64_t blocks; /**< Stop by itself after so many blocks of each channel; 0: never. */
};

/** Stops publishing blocks. @command */
struct stop {
    bool reset_time; /**< Count samples from zero again. */
};

/** Measures one channel; fails when the signal clips at 10 V. @command @reply self_test_result */
struct self_test {
    uint32_t channel; /**< Which channel. @range 0 1 @default 0 */
};

/** Sets how the scope samples. @command @reply acquisition */
struct set_acquisition {
    double sample_rate;        /**< Of each channel. @unit Hz @range 1e3 1e7 @default 61440 */
    double level;              /**< Trigger level. @unit V @range -10 10 @default 0 */
    enum trigger_mode trigger; /**< What begins a block. @default FREE_RUN */
    uint32_t channel;          /**< Channel that triggers. @range 0 1 @default 0 */
};

/** Asks for tiles of the large image instead of those that this viewer asked for before. It holds
 * until the lease in the answer is over: ask again before. @command @reply image */
struct want_tiles {
    uint64_t viewer;            /**< Any number that no other viewer has. @tile viewer */
    enum pixel_format format;   /**< What the pixels are to be. @default UINT16 @tile format */
    uint32_t rate;              /**< Pictures per second. @range 1 60 @default 60 @tile rate */
    struct wanted_tile tiles[]; /**< 256 at most. @tile wanted */
};

/** Comes back as it is: for measuring the round trip. @command @reply echo */
struct echo {
    uint64_t number;  /**< Anything. */
    double values[4]; /**< Anything. */
};

#endif
