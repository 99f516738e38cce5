/* The place that a link listens at: directory, lock file, socket. */
#ifndef CWI_ENDPOINT_H
#define CWI_ENDPOINT_H

#include <sys/types.h>

typedef struct cwi_endpoint {
    char path[108]; /* as long as a Unix socket's path can be */
    int listener;
    int lock;     /* locked PATH.lock: as long as it is held, the socket is ours */
    dev_t device; /* of the socket's file: what we may remove */
    ino_t inode;
    pid_t owner; /* the process that listens; not its forked children */
} cwi_endpoint;

/* Whether this can be a driver's name: a line of text for peers, and a part of the default path.
 * Returns 0 or a code whose text is kept for cwire_error. */
int cwi_endpoint_check_name(const char *name);

/* Listens at `path`, or at the default path for `name` if it is NULL. Returns 0 or a code whose
 * text is kept for cwire_error. */
int cwi_endpoint_open(cwi_endpoint *endpoint, const char *path, const char *name);

/* Whether this process opened it. */
int cwi_endpoint_owned(const cwi_endpoint *endpoint);

/* Closes it; removes the socket and the lock file if this process opened them. */
void cwi_endpoint_close(cwi_endpoint *endpoint);

#endif
