/* Codes and texts of failures. See errors.h. */
#include "errors.h"

#include <stdio.h>
#include <string.h>

/* By thread, like errno: publishing threads do not overwrite each other's texts. */
static __thread char last_failure[512];

size_t cwi_format(char *text, size_t size, const char *format, va_list arguments) {
    int length = vsnprintf(text, size, format, arguments);
    if (length < 0) { /* a malformed argument: the format itself says most of it */
        strncpy(text, format, size - 1);
        text[size - 1] = 0;
        return strlen(text);
    }
    if ((size_t)length < size)
        return (size_t)length;
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xC0)
        end--;
    text[end] = 0;
    return end;
}

int cwi_fail(int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    cwi_format(last_failure, sizeof last_failure, format, arguments);
    va_end(arguments);
    return code;
}

const char *cwire_error(const cwire *link) {
    (void)link;
    return last_failure;
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
