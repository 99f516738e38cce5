/* Linux: memfd, seals, memory that is mapped twice. See platform.h. */
#define _GNU_SOURCE
#include "language.h"

#include "cwire_ring.h"
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of newer systems than the headers may be. */
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

size_t cwi_platform_page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

/* Opens a page that holds a 1, and a 0 in children. */
static const uint8_t *open_mark(size_t size) {
    uint8_t *mark = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mark == MAP_FAILED)
        return NULL;
    *mark = 1;
    return mark;
}

/* Returns whether children see a 0 there. */
static int wipe_mark(const uint8_t *mark, size_t size) {
    return madvise((void *)(uintptr_t)mark, size, MADV_WIPEONFORK) == 0;
}

/* Returns a memfd that nobody can shrink or grow, of which the caller has mapped nothing yet. */
static int open_file(size_t size) {
    int fd = memfd_create("cwire-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
        fd = memfd_create("cwire-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, (off_t)size) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* Maps page and ring of the file at `at`, the ring once more behind it. */
static int map_file(const cwi_memory *memory, int fd) {
    const int how = PROT_READ | PROT_WRITE, where = MAP_SHARED | MAP_FIXED;
    if (mmap(memory->page, memory->begin + memory->size, how, where, fd, 0) == MAP_FAILED)
        return -1;
    uint8_t *again =
        mmap(memory->bytes + memory->size, memory->size, how, where, fd, (off_t)memory->begin);
    return again == MAP_FAILED ? -1 : 0;
}

/* Maps memory that has no file, and no other process can map. */
static int map_private(const cwi_memory *memory) {
    const int how = PROT_READ | PROT_WRITE, where = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED;
    if (mmap(memory->page, memory->begin + memory->size, how, where, -1, 0) == MAP_FAILED)
        return -1;
    /* A length of 0 leaves the mapping where it is, and makes another of the same memory. */
    void *again = mremap(memory->bytes, 0, memory->size, MREMAP_MAYMOVE | MREMAP_FIXED,
                         memory->bytes + memory->size);
    return again == MAP_FAILED ? -1 : 0;
}

/* Maps a file and seals it: after that only the mapping that is there can write. Returns the file,
 * or -1, and says why. */
static int map_shared(cwi_memory *memory) {
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
    const char *what = "memory that readers can map (memfd_create)";
    int fd = open_file(memory->begin + memory->size);
    if (fd >= 0 && map_file(memory, fd) == 0) {
        what = "to forbid readers to write (seals; Linux 5.1 has them)";
        if (fcntl(fd, F_ADD_SEALS, seals) == 0)
            return fd;
    }
    snprintf(memory->reason, sizeof memory->reason, "the driver's system does not give it %s: %s",
             what, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

int cwi_platform_memory_open(cwi_memory *memory, size_t size) {
    memset(memory, 0, sizeof *memory);
    memory->fd = -1;
    memory->begin = cwi_platform_page_size();
    memory->size = size;
    const size_t whole = memory->begin + 2 * size;
    memory->mine = open_mark(memory->begin);
    if (!memory->mine)
        return -1;
    memory->page = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory->page == MAP_FAILED) {
        memory->page = NULL;
        return -1;
    }
    memory->bytes = memory->page + memory->begin;
    if (CWIRE_RING_SHAREABLE)
        memory->fd = map_shared(memory);
    else
        strcpy(memory->reason, "the driver's processor does not share 64-bit numbers");
    if (memory->fd < 0 && map_private(memory) < 0)
        return -1;
    /* A child must not write into it, nor hold it: but only if it can tell that it is one. */
    if (wipe_mark(memory->mine, memory->begin))
        (void)madvise(memory->page, whole, MADV_DONTFORK);
    return 0;
}

void cwi_platform_memory_close(cwi_memory *memory) {
    if (memory->page && *memory->mine) /* in a child something else may have this place */
        munmap(memory->page, memory->begin + 2 * memory->size);
    if (memory->mine)
        munmap((void *)(uintptr_t)memory->mine, memory->begin);
    if (memory->fd >= 0)
        close(memory->fd);
    memset(memory, 0, sizeof *memory);
    memory->fd = -1;
}

const uint8_t *cwi_platform_page_map(int fd, size_t size, const char **fault) {
    struct stat found;
    int seals = fcntl(fd, F_GET_SEALS);
    *fault = NULL;
    if (seals < 0 || !(seals & F_SEAL_SHRINK))
        *fault = "is not sealed against shrinking";
    else if (fstat(fd, &found) < 0 || found.st_size < (off_t)size)
        *fault = "is smaller than a page";
    if (*fault)
        return NULL;
    const void *page = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    return page == MAP_FAILED ? NULL : page;
}

void cwi_platform_page_unmap(const uint8_t *page, size_t size) {
    munmap((void *)(uintptr_t)page, size);
}
