#include <stdint.h>

/* A wheel's telegram as its controller has it, most significant byte first. TURNED says how. */
#ifndef TURNED
#define TURNED __attribute__((scalar_storage_order("big-endian")))
#endif
#ifdef TURNED_BY_PRAGMA
#pragma scalar_storage_order big-endian
#endif

enum gear { REVERSE = -1, NEUTRAL, FIRST, LAST = 0x01020304 };

struct clock_us {
    uint32_t seconds;
    uint16_t ticks : 12, quality : 4;
} TURNED;

struct wheel {
    uint8_t axle;
    uint16_t speed; /**< Of the rim. @unit rpm */
    int32_t torque;
    float slip;
    double angle;
    uint64_t odometer : 48;
    enum gear gear;
    int16_t pressures[2][3];
    uint8_t locked : 1, mode : 3, brake : 4;
    int32_t trim : 13;
    enum gear wanted : 27;
    float _Complex vibration;
    struct clock_us at;
    struct clock_us marks[2];
    union {
        uint32_t serial;
        struct {
            uint16_t plant;
            uint16_t number;
        } TURNED parts;
    } TURNED;
    uint32_t faults[];
} TURNED;

#ifdef TURNED_BY_PRAGMA
#pragma scalar_storage_order default
#endif
