// Linux calls that Swift's Glibc module leaves out. Declarations only, no logic.
#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <netinet/tcp.h>
#include <pthread.h>

// Hidden behind _GNU_SOURCE, which a module map cannot define.
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
int pthread_setname_np(pthread_t thread, const char *name);
