/* The text of the last failure, per thread. */
#ifndef CWI_ERRORS_H
#define CWI_ERRORS_H

#include <stdarg.h>

#include "cwire.h"

/* Keeps the text for cwire_error and returns `code`. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int cwi_fail(int code, const char *format, ...);

/* Formats a text for people into `text`, cut at a UTF-8 character if it is too long. Returns its
 * length. */
size_t cwi_format(char *text, size_t size, const char *format, va_list arguments);

#endif
