/* Checks of a schema, and look-ups in it. */
#include "check.h"
#include "schema.h"

static const unsigned char json[] = {'{', '}'};

static void messages_are_found_by_id(void) {
    const cwire_message messages[] = {{1, 0, 0, 8, 0, "one"},
                                      {2, 0, 0, 16, 2, "two"},
                                      {16, 1, 1, 4, 0, "ask"},
                                      {0xEFFF, 0, 0, 4, 0, "last"}};
    const cwire_schema schema = {"test", json, sizeof json, messages, 4};
    char text[48];
    CHECK(cwi_schema_fault(&schema, 1000) == NULL);
    CHECK_EQUAL(cwi_schema_find(&schema, 1), 0);
    CHECK_EQUAL(cwi_schema_find(&schema, 2), 1);
    CHECK_EQUAL(cwi_schema_find(&schema, 16), 2);
    CHECK_EQUAL(cwi_schema_find(&schema, 0xEFFF), 3);
    CHECK_EQUAL(cwi_schema_find(&schema, 0), 4);
    CHECK_EQUAL(cwi_schema_find(&schema, 3), 4);
    CHECK_EQUAL(cwi_schema_find(&schema, 0xFFFF), 4);
    CHECK(cwi_schema_fits(&messages[0], 8) && !cwi_schema_fits(&messages[0], 9));
    CHECK(cwi_schema_fits(&messages[1], 16) && cwi_schema_fits(&messages[1], 18));
    CHECK(!cwi_schema_fits(&messages[1], 17) && !cwi_schema_fits(&messages[1], 14));
    cwi_schema_size_text(&messages[1], text, sizeof text);
    CHECK_TEXT(text, "16 + n * 2");
}

static void a_bad_schema_is_refused(void) {
    cwire_message messages[] = {{1, 0, 0, 8, 0, "one"}, {2, 9, 1, 8, 0, "two"}};
    cwire_schema schema = {"test", json, sizeof json, messages, 2};
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "reply");
    messages[1].reply = 1;
    CHECK_TEXT(cwi_schema_fault(&schema, 31), "frame_bytes");
    messages[1].id = 1;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "sorted");
    messages[1].id = 0xF000;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "0xEFFF");
    schema.json_size = 0;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "its JSON is empty");
    schema.json_size = CWIRE_HELLO_LIMIT;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "4 MiB");
    schema.count = 0;
    CHECK_TEXT(cwi_schema_fault(&schema, 1000), "empty");
    CHECK_TEXT(cwi_schema_fault(NULL, 1000), "empty");
}

int main(int argc, char **argv) {
    RUN(messages_are_found_by_id);
    RUN(a_bad_schema_is_refused);
    return 0;
}
