/* The checks that public functions begin with. See caller.h. */
#include "language.h"

#include "caller.h"

int cwi_caller_no_link(void) {
    return cwi_fail(CWIRE_EINVAL, "there is no link (NULL): check what cwire_listen returns, and "
                                  "then ask cwire_error(NULL)");
}

int cwi_caller_no_parent(void) {
    return cwi_fail(CWIRE_EINVAL, "this process was forked from the one that listens: call "
                                  "cwire_listen here, after the fork");
}

int cwi_caller_no_bytes(size_t size) {
    return cwi_fail(CWIRE_EINVAL, "the payload is NULL, but it is said to have %lu bytes",
                    (unsigned long)size);
}

int cwi_caller_interrupted(void) {
    return cwi_fail(CWIRE_EBUSY, "this thread is inside of a call of cwire, which a signal has "
                                 "interrupted: let the signal handler set a flag, and publish in "
                                 "the main loop");
}
