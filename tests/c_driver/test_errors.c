/* Codes and texts of failures. */
#include "check.h"
#include "errors.h"

static size_t format(char *text, size_t size, const char *format_text, ...) {
    va_list arguments;
    va_start(arguments, format_text);
    size_t length = cwi_format(text, size, format_text, arguments);
    va_end(arguments);
    return length;
}

static void texts_are_cut_at_a_character(void) {
    char text[6];
    CHECK_EQUAL(format(text, sizeof text, "%s", "abc"), 3);
    CHECK_EQUAL(format(text, sizeof text, "%s", "abcdefgh"), 5);
    CHECK_EQUAL(format(text, sizeof text, "%s", "abc\xC3\xA9xx"), 5); /* the character fits */
    CHECK_EQUAL(format(text, sizeof text, "%s", "abcd\xC3\xA9"), 4);
    CHECK_EQUAL(format(text, sizeof text, "%s", "ab\xE2\x82\xACz"), 5);
    CHECK_EQUAL(format(text, sizeof text, "%s", "abc\xE2\x82\xAC"), 3);
}

static void every_code_has_a_text(void) {
    CHECK_TEXT(cwire_strerror(CWIRE_ERANGE), "out of range");
    CHECK_TEXT(cwire_strerror(-4711), "own");
    CHECK_EQUAL(cwi_fail(CWIRE_ESIZE, "%d bytes", 5), CWIRE_ESIZE);
    CHECK_TEXT(cwire_error(NULL), "5 bytes");
    CHECK_EQUAL(cwire_error_code(NULL), CWIRE_ESIZE);
}

int main(int argc, char **argv) {
    RUN(texts_are_cut_at_a_character);
    RUN(every_code_has_a_text);
    return 0;
}
