/* The language of these sources, each of which includes this file first. */
#ifndef CWI_LANGUAGE_H
#define CWI_LANGUAGE_H

#ifdef __cplusplus
#error \
    "libcwire is C99: compile it by a C compiler (cc -c cwire.c; in CMake: LANGUAGES C CXX) and \
link the result; cwire.h is for C++, too"
#endif

#endif
