// What Swift's Glibc module leaves out. Nothing here may define _GNU_SOURCE: it changes the shape of
// types that other C modules have already imported.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <time.h>

static inline int postrider_epoll_add(int epoll, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline int postrider_epoll_change(int epoll, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

static inline int postrider_epoll_remove(int epoll, int fd) {
  struct epoll_event event = {0};
  return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event);
}

static inline int64_t postrider_clock_microseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// Counts time while the machine sleeps, and nobody can set it.
static inline int64_t postrider_boot_microseconds(void) {
  return postrider_clock_microseconds(CLOCK_BOOTTIME);
}

// The clock of timed waits.
static inline int64_t postrider_monotonic_microseconds(void) {
  return postrider_clock_microseconds(CLOCK_MONOTONIC);
}

static inline int64_t postrider_wall_microseconds(void) {
  return postrider_clock_microseconds(CLOCK_REALTIME);
}
