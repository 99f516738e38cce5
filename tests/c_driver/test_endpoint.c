/* Where a link listens: paths, directories, locks, forks. */
#define _GNU_SOURCE
#include "check.h"
#include "link.h"
#include "peer_side.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int exists(const char *path) { return access(path, F_OK) == 0; }

static int mode_of(const char *path) {
    struct stat found;
    CHECK_EQUAL(lstat(path, &found), 0);
    return (int)(found.st_mode & 0777);
}

static void check_refused(const char *path, const char *part) {
    cwire *link = cwire_listen(path, &test_schema, NULL);
    CHECK(link == NULL);
    CHECK_TEXT(cwire_error(NULL), part);
}

static void the_socket_is_private_and_leaves_nothing(void) {
    char path[108], lock[120];
    strcpy(path, test_path("made/a.sock"));
    snprintf(lock, sizeof lock, "%s.lock", path);
    cwire *link = cwire_listen(path, &test_schema, NULL); /* makes the directory */
    CHECK(link != NULL);
    CHECK(strcmp(cwire_path(link), path) == 0);
    CHECK_EQUAL(mode_of(path), 0600);
    CHECK_EQUAL(mode_of(test_path("made")), 0700);
    cwire_close(link);
    CHECK(!exists(path) && !exists(lock));
    CHECK_EQUAL(rmdir(test_path("made")), 0);
}

static void a_socket_in_use_is_left_alone(void) {
    char path[108];
    side s;
    cwire *link = test_listen("a.sock", NULL);
    strcpy(path, cwire_path(link));
    check_refused(path, "another program, or a child that it left, listens at");
    CHECK_TEXT(cwire_error(NULL), path);
    side_join(&s, link); /* not disturbed */
    side_close(&s);
    cwire_close(link);
}

static int looker = -1; /* has a lock, and lets go when the library has been refused so often */
static int looker_refusals, locks_tried;

/* The system's flock, as the library calls it. */
int flock(int fd, int operation) {
    long result = syscall(SYS_flock, fd, operation);
    locks_tried++;
    if (result < 0 && looker >= 0 && --looker_refusals == 0) {
        int error = errno;
        close(looker);
        looker = -1;
        errno = error;
    }
    return (int)result;
}

/* Looks at the lock of a dead driver as the relay does, until the library was refused so often. */
static void look_at_lock(const char *name, int refusals) {
    looker = open(test_path(name), O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(looker >= 0);
    CHECK_EQUAL(flock(looker, LOCK_SH | LOCK_NB), 0);
    looker_refusals = refusals;
    locks_tried = 0;
}

static void a_lock_that_is_looked_at_is_taken_then(void) {
    for (int refusals = 1; refusals <= 3; refusals++) {
        look_at_lock("looked.sock.lock", refusals);
        cwire_close(test_listen("looked.sock", NULL));
        CHECK_EQUAL(locks_tried, refusals + 1);
        CHECK(!exists(test_path("looked.sock.lock")));
    }
}

static void a_lock_that_is_free_is_tried_once(void) {
    locks_tried = 0;
    cwire_close(test_listen("free.sock", NULL));
    CHECK_EQUAL(locks_tried, 1);
}

static void a_lock_that_stays_taken_is_given_up(void) {
    look_at_lock("taken.sock.lock", -1);
    check_refused(test_path("taken.sock"), "another program, or a child that it left, listens");
    CHECK(locks_tried > 1);
    close(looker);
    looker = -1;
    CHECK_EQUAL(unlink(test_path("taken.sock.lock")), 0);
}

/* A hundred programs that start at once: one of them listens, and the others are told so. */
static void one_of_many_that_start_at_once_listens(void) {
    enum { MANY = 100 };
    int start[2], end[2], listening = 0;
    char path[108], ignored;
    strcpy(path, test_path("race.sock"));
    CHECK(pipe(start) == 0 && pipe(end) == 0);
    for (int i = 0; i < MANY; i++) {
        if (fork() == 0) {
            close(start[1]);
            close(end[1]);
            (void)!read(start[0], &ignored, 1); /* returns when the parent closes its end */
            cwire *link = cwire_listen(path, &test_schema, NULL);
            if (!link)
                _exit(strstr(cwire_error(NULL), "another program") ? 0 : 2);
            (void)!read(end[0], &ignored, 1);
            cwire_close(link);
            _exit(1);
        }
    }
    close(start[0]);
    close(start[1]);
    for (int i = 0; i < MANY; i++) {
        int status;
        if (i == MANY - 1) /* all but the one that listens have ended, or it is the last one */
            close(end[1]);
        pid_t ended = waitpid(-1, &status, 0);
        CHECK(ended > 0 && WIFEXITED(status));
        CHECK(WEXITSTATUS(status) != 2);
        listening += WEXITSTATUS(status) == 1;
    }
    close(end[0]);
    CHECK_EQUAL(listening, 1);
    CHECK(!exists(path));
}

static int bound_socket(int type, const char *path) {
    struct sockaddr_un address = {AF_UNIX, {0}};
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    CHECK_EQUAL(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void a_stale_socket_is_taken_over(void) {
    side s;
    close(bound_socket(SOCK_STREAM, test_path("a.sock"))); /* as a killed program leaves it */
    CHECK(exists(test_path("a.sock")));
    cwire *link = test_listen("a.sock", NULL);
    side_join(&s, link);
    side_close(&s);
    cwire_close(link);
}

/* It knows nothing of our lock file. */
static void a_socket_of_another_program_is_left_alone(void) {
    const int types[] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};
    char path[108];
    strcpy(path, test_path("a.sock"));
    for (int i = 0; i < 3; i++) {
        int fd = bound_socket(types[i], path);
        if (types[i] != SOCK_DGRAM) {
            check_refused(path, path); /* a moment before it listens */
            CHECK_EQUAL(listen(fd, 0), 0);
            CHECK_EQUAL(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
        }
        check_refused(path, "another program has its socket at");
        CHECK_TEXT(cwire_error(NULL), path);
        CHECK_TEXT(cwire_error(NULL), "stop it, or choose another path");
        CHECK(exists(path));
        CHECK_EQUAL(accept(fd, NULL, NULL), -1); /* it was not disturbed */
        CHECK(!exists(test_path("a.sock.lock")));
        close(fd);
        cwire_close(test_listen("a.sock", NULL)); /* stale now */
        CHECK(!exists(path));
    }
}

static void another_file_is_never_removed(void) {
    char path[108], target[108];
    strcpy(path, test_path("a.sock"));
    strcpy(target, test_path("b.sock"));
    close(open(path, O_CREAT | O_WRONLY, 0600));
    check_refused(path, "is a file");
    CHECK_TEXT(cwire_error(NULL), path);
    CHECK_TEXT(cwire_error(NULL), "remove it, or choose another path");
    CHECK_EQUAL(unlink(path), 0);

    CHECK_EQUAL(mkdir(path, 0700), 0);
    check_refused(path, "is a directory: choose a path in it");
    CHECK_TEXT(cwire_error(NULL), path);
    CHECK_EQUAL(rmdir(path), 0);

    CHECK_EQUAL(symlink(target, path), 0);
    int fd = bound_socket(SOCK_STREAM, target);
    check_refused(path, "is a symbolic link");
    close(fd);
    check_refused(path, "is a symbolic link");
    CHECK(exists(target));
    CHECK_EQUAL(unlink(path), 0);
    CHECK_EQUAL(unlink(target), 0);
    CHECK(!exists(test_path("a.sock.lock")));
}

/* poetry + .lock, say */
static void a_file_that_only_looks_like_the_lock_is_kept(void) {
    char path[108], lock[108];
    strcpy(path, test_path("poetry"));
    strcpy(lock, test_path("poetry.lock"));
    int fd = open(lock, O_CREAT | O_WRONLY, 0600);
    CHECK_EQUAL(write(fd, "precious", 8), 8);
    close(fd);
    check_refused(path, "poetry.lock is not a lock file of cwire");
    CHECK_TEXT(cwire_error(NULL), "choose another socket path");
    CHECK(exists(lock) && !exists(path));
    CHECK_EQUAL(unlink(lock), 0);
    close(open(lock, O_CREAT | O_WRONLY, 0600)); /* as a killed driver leaves it */
    cwire_close(test_listen("poetry", NULL));
    CHECK(!exists(lock));
}

static void a_socket_of_somebody_else_is_not_removed(void) {
    char path[108];
    cwire *link = test_listen("a.sock", NULL);
    strcpy(path, cwire_path(link));
    CHECK_EQUAL(unlink(path), 0);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    cwire_close(link);
    CHECK(exists(path));
    unlink(path);
}

static void bad_paths_are_explained(void) {
    char path[200];
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = 0;
    check_refused(path, "1 to 107 bytes, this one has 199");
    check_refused("", "1 to 107 bytes");
    check_refused("/no/such/place/a.sock", "cannot make the directory /no/such/place");
    check_refused("/proc/a.sock", "/proc/a.sock");
    check_refused("/", "/ names a directory");
    strcpy(path, test_path("missing/"));
    check_refused(path, "missing/ names a directory: end it with the socket's name");
    CHECK(!exists(test_path("missing")));
}

/* Peers get it as text, and the default path is made of it. */
static void a_name_is_a_line_of_text(void) {
    const char *bad[] = {"",
                         "a/b",
                         "a\nb",
                         "a\tb",
                         "\x1b[2J",
                         "a\x7f",
                         "\xC2\x85",
                         "caf\xE9",
                         "\xC3",
                         "\xC0\xAF",
                         "\xE2\x82",
                         "\xED\xA0\x80",
                         "\xF4\x90\x80\x80",
                         "0123456789012345678901234567890123456789012345678901234567890123+"};
    const char *good[] = {
        "scope",          "caf\xC3\xA9",
        "\xE2\x82\xAC 2", "\xF0\x9F\x94\xAC",
        ".hidden",        "0123456789012345678901234567890123456789012345678901234567890123"};
    char path[108], wanted[120], made[108];
    cwire_options options = {0};
    strcpy(path, test_path("a.sock"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options.name = bad[i];
        CHECK(cwire_listen(path, &test_schema, &options) == NULL);
        CHECK_TEXT(cwire_error(NULL), "a driver's name is 1 to 64 bytes of UTF-8");
        for (const char *at = cwire_error(NULL); *at; at++)
            CHECK((unsigned char)*at >= ' '); /* it goes to a terminal or a log */
        CHECK_EQUAL(cwire_default_path(bad[i], made, sizeof made), CWIRE_EINVAL);
    }
    CHECK_EQUAL(cwire_default_path(NULL, made, sizeof made), CWIRE_EINVAL);
    setenv("CWIRE_RUNTIME_DIR", "/r", 1);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        options.name = good[i];
        cwire *link = cwire_listen(path, &test_schema, &options);
        CHECK(link != NULL);
        cwire_close(link);
        CHECK_EQUAL(cwire_default_path(good[i], made, sizeof made), 0);
        snprintf(wanted, sizeof wanted, "/r/%s.sock", good[i]);
        CHECK(strcmp(made, wanted) == 0);
    }
    unsetenv("CWIRE_RUNTIME_DIR");
}

static void the_default_path_follows_the_environment(void) {
    char path[108], wanted[108];
    setenv("CWIRE_RUNTIME_DIR", "/run/own", 1);
    setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    CHECK_EQUAL(cwire_default_path("scope", path, sizeof path), 0);
    CHECK(strcmp(path, "/run/own/scope.sock") == 0);
    unsetenv("CWIRE_RUNTIME_DIR");
    CHECK_EQUAL(cwire_default_path("scope", path, sizeof path), 0);
    CHECK(strcmp(path, "/run/user/1/cwire/scope.sock") == 0);
    unsetenv("XDG_RUNTIME_DIR");
    CHECK_EQUAL(cwire_default_path("scope", path, sizeof path), 0);
    snprintf(wanted, sizeof wanted, "/tmp/cwire-%u/scope.sock", (unsigned)geteuid());
    CHECK(strcmp(path, wanted) == 0);
    CHECK_EQUAL(cwire_default_path("scope", path, 10), CWIRE_EINVAL);
    CHECK_TEXT(cwire_error(NULL), "longer than 9 bytes");
    CHECK_EQUAL(cwire_default_path("scope", NULL, 0), CWIRE_EINVAL);
    CHECK_TEXT(cwire_error(NULL), "longer than 0 bytes");
    CHECK_EQUAL(cwire_default_path("../scope", path, sizeof path), CWIRE_EINVAL);
    CHECK_EQUAL(cwire_default_path("", path, sizeof path), CWIRE_EINVAL);
}

static void the_default_directory_must_be_ours_alone(void) {
    char directory[100], other[100];
    strcpy(directory, test_path("run"));
    strcpy(other, test_path("other"));
    setenv("CWIRE_RUNTIME_DIR", directory, 1);
    cwire *link = cwire_listen(NULL, &test_schema, NULL); /* made, named after the schema */
    CHECK(link != NULL);
    CHECK_TEXT(cwire_path(link), "/run/test.sock");
    cwire_close(link);
    CHECK_EQUAL(chmod(directory, 0750), 0);
    check_refused(NULL, "other users may enter it");
    CHECK_EQUAL(rename(directory, other), 0);
    CHECK_EQUAL(chmod(other, 0700), 0);
    CHECK_EQUAL(symlink(other, directory), 0);
    check_refused(NULL, "symbolic links are refused");
    unlink(directory);
    rmdir(other);
    unsetenv("CWIRE_RUNTIME_DIR");
}

static void check_group_refused(const char *name, unsigned group, const char *part) {
    cwire_options options = {0};
    options.group = group;
    CHECK(cwire_listen(name ? test_path(name) : NULL, &test_schema, &options) == NULL);
    CHECK_TEXT(cwire_error(NULL), part);
}

/* A group that this process may give to files: root any, others their own. */
static unsigned some_group(void) { return geteuid() == 0 ? 12345 : getegid(); }

static void a_group_gets_a_socket_in_its_directory(void) {
    const unsigned group = some_group();
    cwire_options options = {0};
    struct stat found;
    side s;
    options.group = group;
    cwire *link = test_listen("made/a.sock", &options); /* makes the directory */
    CHECK_EQUAL(lstat(test_path("made"), &found), 0);
    CHECK_EQUAL(found.st_mode & 07777, 0750);
    CHECK_EQUAL(found.st_gid, group);
    CHECK_EQUAL(lstat(cwire_path(link), &found), 0);
    CHECK_EQUAL(found.st_mode & 07777, 0660);
    CHECK_EQUAL(found.st_gid, group);
    CHECK_EQUAL(lstat(test_path("made/a.sock.lock"), &found), 0);
    CHECK_EQUAL(found.st_mode & 07777, 0600);
    side_join(&s, link);
    side_close(&s);
    cwire_close(link);
    cwire_close(test_listen("made/a.sock", &options)); /* it is there already */
    CHECK_EQUAL(rmdir(test_path("made")), 0);
}

static void a_group_s_directory_must_be_ours_and_its(void) {
    const unsigned group = some_group();
    char directory[108];
    strcpy(directory, test_path("made"));
    check_group_refused(NULL, group, "such as /run/test/test.sock");
    CHECK_EQUAL(cwire_error_code(NULL), CWIRE_EINVAL);
    CHECK_EQUAL(mkdir(directory, 0700), 0);
    check_group_refused("made/a.sock", group, "the group cannot enter it");
    CHECK_TEXT(cwire_error(NULL), directory);
    CHECK_EQUAL(cwire_error_code(NULL), CWIRE_EDENIED);
    CHECK_EQUAL(chmod(directory, 0770), 0);
    check_group_refused("made/a.sock", group, "others may write to it");
    CHECK_EQUAL(chmod(directory, 01777), 0);
    check_group_refused("made/a.sock", group, "others may write to it");
    CHECK_EQUAL(symlink(directory, test_path("b")), 0);
    check_group_refused("b/a.sock", group, "symbolic links are refused");
    CHECK_EQUAL(unlink(test_path("b")), 0);
    CHECK(!exists(test_path("made/a.sock")) && !exists(test_path("made/a.sock.lock")));
    CHECK_EQUAL(rmdir(directory), 0);
    if (geteuid() != 0) /* nobody is in this group */
        check_group_refused("made/a.sock", 4000000, "cannot make the directory");
}

static void a_forked_child_that_closes_takes_nothing_away(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s, late;
    cwire_header header;
    const uint64_t value = 3;
    int status;
    side_join(&s, link);
    pid_t child = fork();
    if (child == 0) {
        cwire_close(link);
        _exit(0);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    CHECK(exists(cwire_path(link)));
    CHECK_EQUAL(cwire_publish(link, TICK, &value, sizeof value), 0);
    side_expect(&s, link, TICK, &header); /* no bye came before it */
    side_join(&late, link);
    check_refused(cwire_path(link), "another program"); /* the lock is still held */
    side_close(&late);
    side_close(&s);
    cwire_close(link);
}

/* It has not got the ring, and must not touch what the parent has. */
static void a_forked_child_is_refused(void) {
    cwire *link = test_listen("a.sock", NULL);
    side s;
    cwire_header header;
    const uint64_t value = 3;
    int status;
    side_join(&s, link);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQUAL(cwire_publish(link, TICK, &value, sizeof value), CWIRE_EINVAL);
        CHECK_TEXT(cwire_error(link), "forked");
        CHECK_TEXT(cwire_error(link), "call cwire_listen here");
        CHECK_EQUAL(cwire_publish_many(link, TICK, &value, sizeof value, 1), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_reply(link, 1, NULL, 0), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_reply_error(link, 1, CWIRE_EFAILED, "no"), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_poll(link, 0), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_fd(link), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_wanted(link, TICK), CWIRE_EINVAL);
        CHECK_EQUAL(cwire_pending(link), 0);
        /* What is at the ring's place now stays there. */
        uint8_t *other = mmap(link->memory.page, 4096, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        CHECK(other == link->memory.page);
        cwire_close(link);
        *other = 1;
        cwire_close(test_listen("child.sock", NULL)); /* as it is told */
        _exit(0);
    }
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    publish_tick(link, 3, 0);
    side_expect(&s, link, TICK, &header);
    CHECK_EQUAL(header.sequence, 0);
    side_close(&s);
    cwire_close(link);
}

int main(int argc, char **argv) {
    RUN(the_socket_is_private_and_leaves_nothing);
    RUN(a_socket_in_use_is_left_alone);
    RUN(a_lock_that_is_looked_at_is_taken_then);
    RUN(a_lock_that_is_free_is_tried_once);
    RUN(a_lock_that_stays_taken_is_given_up);
    RUN(one_of_many_that_start_at_once_listens);
    RUN(a_stale_socket_is_taken_over);
    RUN(a_socket_of_another_program_is_left_alone);
    RUN(another_file_is_never_removed);
    RUN(a_file_that_only_looks_like_the_lock_is_kept);
    RUN(a_socket_of_somebody_else_is_not_removed);
    RUN(bad_paths_are_explained);
    RUN(a_name_is_a_line_of_text);
    RUN(the_default_path_follows_the_environment);
    RUN(the_default_directory_must_be_ours_alone);
    RUN(a_group_gets_a_socket_in_its_directory);
    RUN(a_group_s_directory_must_be_ours_and_its);
    RUN(a_forked_child_that_closes_takes_nothing_away);
    RUN(a_forked_child_is_refused);
    return 0;
}
