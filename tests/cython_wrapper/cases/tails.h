/* What ends with the message, and what has no bytes at all. */
#ifndef TAILS_H
#define TAILS_H
#include <stdint.h>

enum message_id {
    RESET = 1, POLL, ECHO, PART, OUTER, DEEP, ROWS, NAMES, ALONE, LATE, FLEX, GAPS, PAIRS, SAY, ASK
};

/**
 * Starts again.
 * @command
 */
struct reset { };

struct poll { };

/** Sends back what it gets.
 * @command @reply outer */
struct echo { int32_t n; };

struct part { int32_t m; char c; int16_t data[]; };

struct outer { int32_t n; struct part tail; };

struct deep { double d; struct outer out; };

struct rows { int32_t n; uint8_t address[][6]; };

struct names { int16_t n; char name[][2][8]; };

struct alone { uint64_t args[0]; };

struct late { int16_t q; struct alone rest; };

struct flex { int32_t n; struct { struct { } empty; int32_t more[]; }; };

struct gaps {
    struct poll first;
    int32_t a;
    int32_t none[0];
    struct poll array[3];
    int16_t b;
    union { char bytes[0]; int32_t words[0]; };
    union { struct poll z; int32_t u; } v;
};

struct pair { int16_t x, y; };
struct pairs { int32_t n : 5; uint32_t : 0; struct { struct pair q; struct pair p[][2]; } in; };

/**
 * Takes any number.
 * @command
 */
struct say { int32_t count; struct alone numbers; };

/** Asks for numbers.
 * @command @reply alone */
struct ask { int32_t count; };
#endif
