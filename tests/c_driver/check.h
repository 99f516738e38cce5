/* Checks for the C tests: the first that fails says where, and ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

#define CHECK_EQUAL(got, wanted)                                                             \
    do {                                                                                     \
        long long got_ = (long long)(got), wanted_ = (long long)(wanted);                    \
        if (got_ != wanted_) {                                                               \
            fprintf(stderr, "%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, got_, \
                    wanted_);                                                                \
            exit(1);                                                                         \
        }                                                                                    \
    } while (0)

#define CHECK_TEXT(text, part)                                                                \
    do {                                                                                      \
        const char *text_ = (text);                                                           \
        if (!strstr(text_, part)) {                                                           \
            fprintf(stderr, "%s:%d: \"%s\" does not say \"%s\"\n", __FILE__, __LINE__, text_, \
                    part);                                                                    \
            exit(1);                                                                          \
        }                                                                                     \
    } while (0)

/* Runs the test that is named on the command line, or all. */
#define RUN(test)                                      \
    do {                                               \
        if (argc < 2 || strcmp(argv[1], #test) == 0) { \
            test();                                    \
            printf("%s\n", #test);                     \
            fflush(stdout);                            \
        }                                              \
    } while (0)

#endif
