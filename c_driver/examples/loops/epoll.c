/* A driver in a loop of epoll: a timer, a signal, and cwire, each as a descriptor. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "waveform.h"

static int watch(int loop, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return fd < 0 ? -1 : epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv) {
    const struct itimerspec period = {{0, 10000000}, {0, 10000000}};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    cwire *link = open_link(argc, argv);
    int loop = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    int signals = signalfd(-1, &ends, SFD_CLOEXEC);
    if (!link || timerfd_settime(timer, 0, &period, NULL) < 0)
        return 1;

    /* cwire is one more descriptor of the loop, and it stays the same one. */
    if (watch(loop, cwire_fd(link)) < 0 || watch(loop, timer) < 0 || watch(loop, signals) < 0)
        return 1;
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(loop, &event, 1, -1) < 0)
            break;
        if (event.data.fd == signals)
            break;
        if (event.data.fd == timer) {
            uint64_t ticks;
            if (read(timer, &ticks, sizeof ticks) == sizeof ticks)
                publish_waveform(link);
        }
        /* Whether cwire_fd was readable or we have published: this sends, and never waits. */
        if (cwire_poll(link, 0) < 0)
            break;
    }
    cwire_close(link);
    close(signals);
    close(timer);
    close(loop);
    return 0;
}
