/* Every construct that `cwire wrap` supports, at least once. */
#ifndef ZOO_H
#define ZOO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZOO_ROWS 2
#define ZOO_SCALE (1.0 / 8)

enum message_id { NUMBERS = 1, TEXTS = 2, NESTED = 3, VARIANT = 4, FLAGS = 5, PACKED_FLAGS = 6 };

/** Enums of several sizes.
 * @SMALL_A: The first.
 */
enum small { SMALL_A, SMALL_B = 200 } __attribute__((packed));
enum negative { MINUS = -1, PLUS = 1 };
enum wide { NARROW = 1, WIDE = 0x100000000 };
typedef enum { OFF, ON } toggle;

/** All kinds of numbers. */
struct numbers {
    signed char i8;
    unsigned char u8;
    short i16;
    unsigned short u16;
    int i32;
    unsigned u32;
    long long i64;
    unsigned long long u64;
    long l;
    unsigned long ul;
    size_t size;
    float f32;
    double f64;
    _Bool truth;
    float _Complex c64;
    double _Complex c128[ZOO_ROWS];
    const int32_t constant;
    enum small small;
    enum negative negative;
    enum wide wide;
    toggle toggle;
    enum { RED, GREEN = 300 } color;
    enum small smalls[3];
};

/** Text and bytes. */
struct texts {
    char letter;
    char name[7];
    char names[ZOO_ROWS][3];
    uint8_t bytes[5];
    bool truths[3];
    int16_t table[2][3][2];
    int32_t class; ///< A keyword of Python.
    int32_t __mangled;
};

typedef struct {
    uint8_t x;
    double y;
} point;

/**
 * struct nested - structs in structs, with and without names
 * @first: The first one.
 *   It goes on.
 * @deep: In the depth. @unit mm
 */
struct nested {
    point first;
    point grid[ZOO_ROWS][2];
    struct {
        char c;
        struct {
            int16_t deep;
        };
    };
    struct {
        int32_t x, y;
    } corners[2];
    struct named_inside {
        uint8_t a;
        uint16_t b;
    } inside;
    union {
        uint32_t word;
        float real;
        uint8_t raw[4];
        struct {
            uint16_t low;
            uint16_t high : 5, top : 11;
        };
    };
    union {
        double number;
        point at;
        char text[20];
    } choices[2];
};

/** A union as a message. */
union variant {
    uint64_t whole;
    uint8_t bytes[8];
    struct {
        int16_t a, b;
    } pair;
    enum negative sign;
};

/** Bit fields of every kind. */
struct flags {
    uint8_t before;
    unsigned one : 1, five : 5;
    int signed7 : 7;
    unsigned : 3;
    bool yes : 1;
    enum negative sign : 3;
    uint8_t nibble : 4;
    int : 0;
    uint64_t huge : 50;
    int64_t all : 64;
    uint16_t after;
    struct {
        uint8_t low : 4;
        uint8_t high : 4;
    } parts[2];
};

struct __attribute__((packed)) packed_flags {
    char c;
    double d;
    uint64_t three : 3;
    uint64_t rest : 61;
    uint8_t four : 4;
    int64_t across : 62;
    uint16_t end;
};

#pragma pack(push, 2)
/** Packed by a pragma. @msg 0x101 */
typedef struct {
    uint8_t a;
    double b;
    uint32_t c;
} half_packed;
#pragma pack(pop)

/** Aligned beyond what malloc promises. @msg 0x102 */
struct aligned {
    uint8_t a;
    _Alignas(64) int32_t b;
    uint8_t c __attribute__((aligned(4)));
};

/** Ends in structs. @msg 0x103 */
struct tail {
    uint32_t count;
    uint8_t odd;
    struct {
        uint16_t a;
        uint8_t b[2];
    } items[];
};

#endif
