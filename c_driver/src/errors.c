/* Codes and texts of failures. See errors.h. */
#include "language.h"

#include "errors.h"

#include <stdio.h>
#include <string.h>

/* One per thread, like errno: publishing threads do not overwrite each other's texts. */
static __thread char last_failure[512];
static __thread int last_code;

size_t cwi_format(char *text, size_t size, const char *format, va_list arguments) {
    int length = vsnprintf(text, size, format, arguments);
    if (length < 0) { /* an argument that cannot be formatted: the format itself says most */
        strncpy(text, format, size - 1);
        text[size - 1] = 0;
        return strlen(text);
    }
    if ((size_t)length < size)
        return (size_t)length;
    /* The last character may be cut: it begins with a byte from 0xC0 on, which says how many of
     * the form 10xxxxxx follow. */
    size_t end = size - 1, begin = end;
    while (begin > 0 && ((unsigned char)text[begin - 1] & 0xC0) == 0x80)
        begin--;
    if (begin > 0 && (unsigned char)text[begin - 1] >= 0xC0) {
        unsigned char lead = (unsigned char)text[begin - 1];
        size_t needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (end - (begin - 1) < needs)
            end = begin - 1;
    }
    text[end] = 0;
    return end;
}

int cwi_fail(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    cwi_format(last_failure, sizeof last_failure, format, arguments);
    va_end(arguments);
    last_code = code;
    return code;
}

const char *cwire_error(const cwire *link) {
    (void)link;
    return last_failure;
}

int cwire_error_code(const cwire *link) {
    (void)link;
    return last_code;
}

const char *cwire_strerror(int code) {
    switch (code) {
#define CWI_CODE_TEXT(name, value, text) \
    case name:                           \
        return text;
        CWIRE_CODES(CWI_CODE_TEXT)
#undef CWI_CODE_TEXT
    case CWIRE_EVICTED:
        return "older frames were lost";
    case CWIRE_LATER:
        return "the answer comes later";
    default:
        return "an error of the program's own";
    }
}
