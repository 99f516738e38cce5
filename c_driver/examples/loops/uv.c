/* A driver in a loop of libuv. */
#define _GNU_SOURCE
#include "waveform.h" /* before termios.h, which has a macro ECHO, as messages.h has an id */

#include <uv.h>

static uv_loop_t loop;

static void on_link(uv_poll_t *handle, int status, int events) {
    (void)events;
    if (status < 0 || cwire_poll(handle->data, 0) < 0)
        uv_stop(&loop);
}

static void on_timer(uv_timer_t *handle) {
    publish_waveform(handle->data);
    cwire_poll(handle->data, 0); /* who publishes in the loop's thread polls afterwards */
}

static void on_signal(uv_signal_t *handle, int number) {
    (void)handle, (void)number;
    uv_stop(&loop);
}

static void close_handle(uv_handle_t *handle, void *unused) {
    (void)unused;
    uv_close(handle, NULL);
}

int main(int argc, char **argv) {
    uv_poll_t poll;
    uv_timer_t timer;
    uv_signal_t interrupt, terminate;
    cwire *link = open_link(argc, argv);
    if (!link || uv_loop_init(&loop) < 0)
        return 1;
    uv_signal_init(&loop, &interrupt);
    uv_signal_start(&interrupt, on_signal, SIGINT);
    uv_signal_init(&loop, &terminate);
    uv_signal_start(&terminate, on_signal, SIGTERM);

    uv_poll_init(&loop, &poll, cwire_fd(link));
    poll.data = link;
    uv_poll_start(&poll, UV_READABLE, on_link);
    uv_timer_init(&loop, &timer);
    timer.data = link;
    uv_timer_start(&timer, on_timer, 10, 10);
    uv_run(&loop, UV_RUN_DEFAULT);

    /* The descriptor is cwire's: libuv lets go of it before cwire closes it. */
    uv_walk(&loop, close_handle, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    cwire_close(link);
    return uv_loop_close(&loop) < 0;
}
