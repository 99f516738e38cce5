/* The place that a link listens at. See endpoint.h. */
#define _GNU_SOURCE
#include "language.h"

#include "endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "errors.h"
#include "platform.h"

enum {
    NAME_LIMIT = 64, /* bytes of a driver's name: with the directory it must fit a path */
    LOCK_TRIES = 50, /* a millisecond apart */
};

/* Writes the runtime directory and `tail` to `path`; returns 0 if it fits. */
static int runtime_path(char *path, size_t size, const char *tail) {
    const char *own = getenv("CWIRE_RUNTIME_DIR");
    const char *xdg = getenv("XDG_RUNTIME_DIR");
    int length;
    if (own && own[0])
        length = snprintf(path, size, "%s%s", own, tail);
    else if (xdg && xdg[0])
        length = snprintf(path, size, "%s/cwire%s", xdg, tail);
    else
        length = snprintf(path, size, "/tmp/cwire-%lu%s", (unsigned long)geteuid(), tail);
    return length >= 0 && (size_t)length < size ? 0 : -1;
}

/* Returns the bytes of the UTF-8 character at `at`; 0 if it is malformed or a control character.
 * Reads no further than a NUL. */
static size_t character_size(const unsigned char *at) {
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t code = size == 1 ? at[0] : at[0] & (0x7Fu >> size);
    static const uint32_t least[] = {0, 0x20, 0x80, 0x800, 0x10000};
    if ((at[0] >= 0x80 && at[0] < 0xC0) || at[0] >= 0xF8)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3Fu);
    }
    if (code < least[size] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return 0;
    return code >= 0x7F && code < 0xA0 ? 0 : size;
}

int cwi_endpoint_check_name(const char *name) {
    size_t length = name ? strlen(name) : 0, at = 0, step = 1;
    int good = length >= 1 && length <= NAME_LIMIT && !strchr(name, '/');
    for (; good && at < length && step > 0; at += step)
        step = character_size((const unsigned char *)name + at);
    if (good && step > 0)
        return CWIRE_OK;
    return cwi_fail(CWIRE_EINVAL,
                    "a driver's name is 1 to %d bytes of UTF-8 without '/' and control "
                    "characters: change cwire_options.name",
                    NAME_LIMIT);
}

int cwire_default_path(const char *name, char *path, size_t size) {
    char tail[NAME_LIMIT + sizeof "/.sock"];
    int code = cwi_endpoint_check_name(name);
    if (code != CWIRE_OK)
        return code;
    if (!path && size)
        return cwi_fail(CWIRE_EINVAL, "there is no memory for the path (NULL)");
    snprintf(tail, sizeof tail, "/%s.sock", name);
    if (runtime_path(path, size, tail) < 0)
        return cwi_fail(CWIRE_EINVAL,
                        "the default path for '%s' is longer than %lu bytes: set CWIRE_RUNTIME_DIR "
                        "to a shorter directory",
                        name, (unsigned long)(size ? size - 1 : 0));
    return CWIRE_OK;
}

/* Refuses a default directory that other users own or may enter: it may lie in /tmp, where they
 * could have made it. */
static int check_private(const char *directory) {
    struct stat found;
    const char *fault = NULL;
    if (lstat(directory, &found) < 0)
        return cwi_fail(CWIRE_ESYSTEM, "cannot look at %s: %s", directory, strerror(errno));
    if (!S_ISDIR(found.st_mode))
        fault = "it is not a directory (symbolic links are refused)";
    else if (found.st_uid != geteuid())
        fault = "it belongs to another user";
    else if (found.st_mode & (S_IRWXG | S_IRWXO))
        fault = "other users may enter it";
    if (!fault)
        return CWIRE_OK;
    return cwi_fail(
        CWIRE_EDENIED,
        "will not use %s: %s. Make it yours with mode 0700, or set CWIRE_RUNTIME_DIR to "
        "a directory that is",
        directory, fault);
}

/* Refuses a directory for a group's socket where others than this user could put another socket in
 * its place, or which the group cannot enter. */
static int check_shared(const char *directory, unsigned group) {
    struct stat found;
    const char *fault = NULL;
    if (lstat(directory, &found) < 0)
        return cwi_fail(CWIRE_ESYSTEM, "cannot look at %s: %s", directory, strerror(errno));
    if (!S_ISDIR(found.st_mode))
        fault = "it is not a directory (symbolic links are refused)";
    else if (found.st_uid != geteuid() && found.st_uid != 0)
        fault = "it belongs to another user";
    else if (found.st_mode & (S_IWGRP | S_IWOTH))
        fault = "others may write to it, and could put a socket of theirs there";
    else if (!(found.st_mode & (found.st_gid == group ? S_IXGRP : S_IXOTH)))
        fault = "the group cannot enter it";
    if (!fault)
        return CWIRE_OK;
    return cwi_fail(CWIRE_EDENIED,
                    "will not use %s for a socket of group %u: %s. Choose a directory of your own, "
                    "of this group and mode 0750",
                    directory, group, fault);
}

/* Makes a directory that a group may enter. */
static int make_shared(const char *directory, unsigned group) {
    if (mkdir(directory, S_IRWXU) < 0)
        return errno == EEXIST ? 0 : -1;
    if (chown(directory, (uid_t)-1, group) == 0 &&
        chmod(directory, S_IRWXU | S_IRGRP | S_IXGRP) == 0)
        return 0;
    int error = errno;
    rmdir(directory);
    errno = error;
    return -1;
}

static int prepare_directory(const char *path, int must_be_private, unsigned group) {
    char directory[sizeof((cwi_endpoint *)0)->path];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path) /* the working directory or the root, which exist */
        return group ? check_shared(slash ? "/" : ".", group) : CWIRE_OK;
    memcpy(directory, path, (size_t)(slash - path));
    directory[slash - path] = 0;
    if (group ? make_shared(directory, group) < 0
              : mkdir(directory, S_IRWXU) < 0 && errno != EEXIST)
        return cwi_fail(CWIRE_ESYSTEM,
                        "cannot make the directory %s: %s. Make it, or choose another socket path",
                        directory, strerror(errno));
    if (group)
        return check_shared(directory, group);
    return must_be_private ? check_private(directory) : CWIRE_OK;
}

/* Takes the lock file, so that of two programs only one removes a stale socket. The file may have
 * been removed between open and flock by its last holder: then it is opened again. A relay that
 * looks whether a driver listens has the lock for some microseconds: so it is tried again. */
static int take_lock(cwi_endpoint *endpoint) {
    char name[sizeof endpoint->path + 8];
    struct stat held, named;
    int tries = 0;
    snprintf(name, sizeof name, "%s.lock", endpoint->path);
    for (;;) {
        int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (fd < 0)
            return cwi_fail(CWIRE_ESYSTEM, "cannot open %s: %s. Choose another socket path", name,
                            strerror(errno));
        if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
            int error = errno;
            close(fd);
            if (error == EWOULDBLOCK && ++tries < LOCK_TRIES) {
                const struct timespec pause = {0, 1000000};
                nanosleep(&pause, NULL);
                continue;
            }
            if (error == EWOULDBLOCK)
                return cwi_fail(CWIRE_EINUSE,
                                "another program, or a child that it left, listens at %s: stop "
                                "it, or choose another path",
                                endpoint->path);
            return cwi_fail(CWIRE_ESYSTEM, "cannot lock %s: %s. Choose another socket path", name,
                            strerror(error));
        }
        if (fstat(fd, &held) == 0 && lstat(name, &named) == 0 && held.st_ino == named.st_ino &&
            held.st_dev == named.st_dev) {
            /* cwi_endpoint_close removes it: a file with content is not a lock file of cwire. */
            if (!S_ISREG(held.st_mode) || held.st_size > 0) {
                close(fd);
                return cwi_fail(CWIRE_EINUSE,
                                "%s is not a lock file of cwire: choose another socket path", name);
            }
            endpoint->lock = fd;
            return CWIRE_OK;
        }
        close(fd);
    }
}

static void drop_lock(cwi_endpoint *endpoint, int owned) {
    char name[sizeof endpoint->path + 8];
    if (endpoint->lock < 0)
        return;
    if (owned) {
        snprintf(name, sizeof name, "%s.lock", endpoint->path);
        unlink(name);
    }
    close(endpoint->lock);
    endpoint->lock = -1;
}

/* Refuses a socket that a process still holds. Holding the lock rules out other cwire programs, but
 * a program that does not use cwire takes no lock. */
static int check_stale(const char *path) {
    int state = cwi_platform_socket_alive(path);
    if (state == 0)
        return CWIRE_OK;
    if (state > 0)
        return cwi_fail(CWIRE_EINUSE,
                        "another program has its socket at %s: stop it, or choose another path",
                        path);
    return cwi_fail(CWIRE_EINUSE,
                    "cannot tell whether another program has its socket at %s: %s. Remove it if "
                    "none has, or choose another path",
                    path, strerror(errno));
}

/* Removes the socket of a program that has ended, and nothing else. */
static int remove_stale(const char *path) {
    struct stat found;
    if (lstat(path, &found) < 0)
        return errno == ENOENT
                   ? CWIRE_OK
                   : cwi_fail(CWIRE_ESYSTEM, "cannot look at %s: %s", path, strerror(errno));
    if (S_ISDIR(found.st_mode))
        return cwi_fail(CWIRE_EINUSE, "%s is a directory: choose a path in it, or another one",
                        path);
    if (!S_ISSOCK(found.st_mode))
        return cwi_fail(CWIRE_EINUSE, "%s is %s and no socket: remove it, or choose another path",
                        path, S_ISLNK(found.st_mode) ? "a symbolic link" : "a file");
    int code = check_stale(path);
    if (code == CWIRE_OK && unlink(path) < 0 && errno != ENOENT)
        code = cwi_fail(CWIRE_ESYSTEM,
                        "cannot remove the old socket %s: %s. Remove it, or choose another path",
                        path, strerror(errno));
    return code;
}

/* Says why the socket cannot be made. */
static int no_socket(const cwi_endpoint *endpoint, int error) {
    if (endpoint->group && error == EPERM)
        return cwi_fail(CWIRE_ESYSTEM,
                        "cannot give %s to group %u: this process is not in it. Start it with this "
                        "group, or leave cwire_options.group out",
                        endpoint->path, endpoint->group);
    return cwi_fail(CWIRE_ESYSTEM, "cannot listen at %s: %s. Choose another path", endpoint->path,
                    strerror(error));
}

int cwi_endpoint_open(cwi_endpoint *endpoint, const char *path, const char *name, unsigned group) {
    struct stat made;
    memset(endpoint, 0, sizeof *endpoint);
    endpoint->listener = endpoint->lock = -1;
    endpoint->owner = getpid();
    endpoint->group = group;
    if (!path && group)
        return cwi_fail(
            CWIRE_EINVAL,
            "the default directory is this user's alone: with cwire_options.group, name "
            "a socket in another one, such as /run/%s/%s.sock",
            name, name);
    if (!path) {
        int code = cwire_default_path(name, endpoint->path, sizeof endpoint->path);
        if (code != CWIRE_OK)
            return code;
    } else if (!path[0] || strlen(path) >= sizeof endpoint->path) {
        return cwi_fail(CWIRE_EINVAL, "a socket's path has 1 to %lu bytes, this one has %lu: %s",
                        (unsigned long)sizeof endpoint->path - 1, (unsigned long)strlen(path),
                        path);
    } else if (path[strlen(path) - 1] == '/') {
        return cwi_fail(CWIRE_EINVAL, "%s names a directory: end it with the socket's name", path);
    } else {
        strcpy(endpoint->path, path);
    }
    int code = prepare_directory(endpoint->path, path == NULL, group);
    if (code == CWIRE_OK)
        code = take_lock(endpoint);
    if (code == CWIRE_OK)
        code = remove_stale(endpoint->path);
    if (code == CWIRE_OK) {
        endpoint->listener = cwi_platform_socket_listen(endpoint->path, group);
        if (endpoint->listener < 0)
            code = no_socket(endpoint, errno);
    }
    if (code == CWIRE_OK && lstat(endpoint->path, &made) == 0) {
        endpoint->device = made.st_dev;
        endpoint->inode = made.st_ino;
    }
    if (code != CWIRE_OK)
        drop_lock(endpoint, endpoint->lock >= 0);
    return code;
}

int cwi_endpoint_owned(const cwi_endpoint *endpoint) { return endpoint->owner == getpid(); }

void cwi_endpoint_close(cwi_endpoint *endpoint) {
    struct stat found;
    int owned = cwi_endpoint_owned(endpoint);
    if (endpoint->listener < 0)
        return;
    close(endpoint->listener);
    endpoint->listener = -1;
    /* Another program may have put its own socket there meanwhile: that one stays. */
    if (owned && lstat(endpoint->path, &found) == 0 && found.st_dev == endpoint->device &&
        found.st_ino == endpoint->inode)
        unlink(endpoint->path);
    drop_lock(endpoint, owned);
}
