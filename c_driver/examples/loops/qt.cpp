// A driver in the event loop of Qt 5 or 6, with or without windows.
#include <QCoreApplication>
#include <QSocketNotifier>
#include <QTimer>

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

#include "waveform.h"

int main(int argc, char **argv) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    const int ending = signalfd(-1, &ends, SFD_CLOEXEC);
    QCoreApplication application(argc, argv);
    cwire *link = open_link(argc, argv);
    if (!link)
        return 1;
    {
        QSocketNotifier quit(ending, QSocketNotifier::Read);
        QObject::connect(&quit, &QSocketNotifier::activated, &QCoreApplication::quit);

        QSocketNotifier readable(cwire_fd(link), QSocketNotifier::Read);
        QObject::connect(&readable, &QSocketNotifier::activated, [link] { cwire_poll(link, 0); });
        QTimer timer;
        QObject::connect(&timer, &QTimer::timeout, [link] {
            publish_waveform(link);
            cwire_poll(link, 0); // who publishes in the loop's thread polls afterwards
        });
        timer.start(10);
        application.exec();
    } // the notifiers let go of the descriptor before cwire closes it
    cwire_close(link);
    close(ending);
    return 0;
}
