/* The commands that wait for their answer. */
#include "calls.h"
#include "check.h"

static void a_token_is_good_once(void) {
    cwi_call memory[2];
    cwi_calls calls;
    int anna, otto;
    cwi_calls_init(&calls, memory, 2);
    cwire_token first = cwi_calls_enter(&calls, &anna, 16, 5);
    cwire_token second = cwi_calls_enter(&calls, &otto, 17, 5);
    CHECK(first != 0 && second != 0 && first != second);
    CHECK_EQUAL(cwi_calls_enter(&calls, &anna, 16, 6), 0);
    CHECK_EQUAL(cwi_calls_find(&calls, first)->type, 16);
    CHECK_EQUAL(cwi_calls_find(&calls, second)->request, 5);
    cwi_calls_remove(&calls, cwi_calls_find(&calls, first));
    CHECK(cwi_calls_find(&calls, first) == NULL);
    cwire_token third = cwi_calls_enter(&calls, &anna, 16, 6);
    CHECK(third != first && cwi_calls_find(&calls, first) == NULL);
    cwi_calls_forget(&calls, &anna);
    CHECK(cwi_calls_find(&calls, third) == NULL && cwi_calls_find(&calls, second) != NULL);
    CHECK(cwi_calls_find(&calls, 0) == NULL && cwi_calls_find(&calls, UINT64_MAX) == NULL);
}

int main(int argc, char **argv) {
    RUN(a_token_is_good_once);
    return 0;
}
