/* The calls to the operating system that differ between systems. platform_linux.c and
 * platform_linux_memory.c are the one implementation. A port needs another (kqueue, getpeereid and
 * a pipe will do on BSD and macOS), and changes in the places that ARCHITECTURE.md lists for macOS.
 * Functions return -1 with errno set on failure unless they say otherwise; every file descriptor is
 * close-on-exec.
 */
#ifndef CWI_PLATFORM_H
#define CWI_PLATFORM_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* One descriptor that is ready. */
typedef struct cwi_event {
    void *tag;    /* as given to cwi_platform_poller_add */
    int readable; /* there is input, or the end of it */
    int writable;
    int broken; /* the connection is over in both directions */
} cwi_event;

/* Opens a set of descriptors to wait for; it is itself a descriptor that can be waited for. */
int cwi_platform_poller_open(void);

/* Adds a descriptor, waiting for input. `tag` comes back in its events. */
int cwi_platform_poller_add(int poller, int fd, void *tag);

/* Changes what a descriptor waits for; its end is always reported. */
int cwi_platform_poller_watch(int poller, int fd, void *tag, int input, int output);

/* Waits up to timeout_ms (-1: for ever) and fills `events`. Returns how many, 0 too on a signal. */
int cwi_platform_poller_wait(int poller, cwi_event *events, int capacity, int timeout_ms);

/* Opens a descriptor that becomes readable by cwi_platform_wake_set, from any thread, until
 * cwi_platform_wake_clear. */
int cwi_platform_wake_open(void);
void cwi_platform_wake_set(int wake);
void cwi_platform_wake_clear(int wake);

/* Opens a descriptor that becomes readable every `period_ms`, until cwi_platform_wake_clear. */
int cwi_platform_tick_open(unsigned period_ms);

/* Opens a listening, non-blocking Unix stream socket, bound to `path`, of mode 0600; or, with a
 * group that is not 0, of this group and mode 0660. */
int cwi_platform_socket_listen(const char *path, unsigned group);

/* Returns 1 if a process holds the Unix socket (of any type) that is bound to `path`; 0 if none
 * does or there is no such file; -1 if that cannot be found out. The process notices nothing. */
int cwi_platform_socket_alive(const char *path);

/* Accepts the next connection, non-blocking. Returns -1 with errno EAGAIN when there is none. */
int cwi_platform_socket_accept(int listener);

/* Returns whether the process at the other end belongs to this user, to root, or to the group, if
 * that is not 0. */
int cwi_platform_socket_trusted(int fd, unsigned group);

/* Send and receive without blocking and without a signal. Return -1 with errno EAGAIN if that would
 * block. */
long cwi_platform_socket_send(int fd, const void *bytes, size_t size);
long cwi_platform_socket_receive(int fd, void *bytes, size_t size);

/* Sends as cwi_platform_socket_send does, and the descriptor `passed` with the first byte. */
long cwi_platform_socket_send_with(int fd, const void *bytes, size_t size, int passed);

enum { CWI_PASSED_NONE = -1, CWI_PASSED_LOST = -2 };

/* Receives as cwi_platform_socket_receive does, and a descriptor that comes with these bytes: if
 * *passed is negative it becomes that one, or CWI_PASSED_LOST if one came for which the process has
 * no room. Further ones are closed. */
long cwi_platform_socket_receive_with(int fd, void *bytes, size_t size, int *passed);

/* Memory for a ring. */
typedef struct cwi_memory {
    uint8_t *page;
    uint8_t
        *bytes; /* `size` bytes, mapped twice in a row: what goes over their end is in one piece */
    size_t begin; /* bytes from page to bytes */
    size_t size;
    int fd;              /* for readers to map it, who cannot change it; -1: it is private */
    char reason[160];    /* why it is private */
    const uint8_t *mine; /* 1, but 0 in children that this process has forked */
} cwi_memory;

/* Returns the bytes of a page, a power of two. */
size_t cwi_platform_page_size(void);

/* Opens memory of all zeros for a ring of `size` bytes, a multiple of the page size. Children of
 * this process do not have it, where the system can do that. */
int cwi_platform_memory_open(cwi_memory *memory, size_t size);

/* Closes it, and leaves alone what is at its place in a child. */
void cwi_platform_memory_close(cwi_memory *memory);

/* Maps `size` bytes of a descriptor from another process, for reading. Returns NULL and sets
 * *fault if reading them could fail at any time (another process can shrink them, or they are not
 * there); NULL and errno if mapping them has failed. */
const uint8_t *cwi_platform_page_map(int fd, size_t size, const char **fault);
void cwi_platform_page_unmap(const uint8_t *page, size_t size);

/* Fills `bytes` with random bytes that nobody can guess. */
int cwi_platform_random(void *bytes, size_t size);

uint64_t cwi_platform_time_ns(void);  /* since 1970 */
uint64_t cwi_platform_clock_ms(void); /* since an arbitrary start; never set back */

/* Makes a lock whose holder inherits the priority of threads that wait for it, where the system can
 * do that. Its holder gets EDEADLK for locking it again. Returns 0 or an errno. */
int cwi_platform_mutex_init(pthread_mutex_t *mutex);

#endif
