/* The place that a link listens at: directory, lock file, socket. */
#ifndef CWI_ENDPOINT_H
#define CWI_ENDPOINT_H

#include <sys/types.h>

typedef struct cwi_endpoint {
    char path[108]; /* as long as a Unix socket's path can be */
    int listener;
    int lock;     /* PATH.lock, locked: as long as it is held, the socket is ours */
    dev_t device; /* of the socket's file: only this file may be removed */
    ino_t inode;
    pid_t owner;    /* the process that listens; not its forked children */
    unsigned group; /* whose members may connect; 0: none */
} cwi_endpoint;

/* Checks a driver's name, which peers show as a line of text and which is part of the default path.
 * Returns 0 or a code whose text is kept for cwire_error. */
int cwi_endpoint_check_name(const char *name);

/* Listens at `path`, or at the default path for `name` if it is NULL; with a group that is not 0
 * for its members, too, and not at the default path. Returns 0 or a code whose text is kept for
 * cwire_error. */
int cwi_endpoint_open(cwi_endpoint *endpoint, const char *path, const char *name, unsigned group);

/* Returns whether this process opened it, and not one that it was forked from. */
int cwi_endpoint_owned(const cwi_endpoint *endpoint);

/* Closes it; removes the socket and the lock file if this process opened them. */
void cwi_endpoint_close(cwi_endpoint *endpoint);

#endif
