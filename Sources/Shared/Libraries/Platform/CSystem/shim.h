// What Swift's Glibc module leaves out. Nothing here may define _GNU_SOURCE: it changes the shape of
// types that other C modules have already imported.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

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

// Waits for the whole file, whatever signal comes.
static inline void postrider_lock(int fd) {
  while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
  }
}

// Whether it was free.
static inline int postrider_try_lock(int fd) { return flock(fd, LOCK_EX | LOCK_NB) == 0; }

static inline void postrider_unlock(int fd) { flock(fd, LOCK_UN); }

// Starts a thread that nobody has to join. 0, or why not.
static inline int postrider_start_thread(void *(*body)(void *), void *context) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int code = pthread_create(&thread, &attributes, body, context);
  pthread_attr_destroy(&attributes);
  return code;
}

// Names the thread that calls.
static inline void postrider_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// 1 where something keeps the wall clock right, 0 where nothing does, -1 where the kernel does not tell.
static inline int postrider_clock_is_kept(void) {
  struct timex facts = {0};
  int state = adjtimex(&facts);
  if (state < 0) return -1;
  return state != TIME_ERROR && !(facts.status & STA_UNSYNC);
}

static inline int postrider_file_system(const char *path, uint64_t *free, int64_t *kind) {
  struct statfs facts;
  if (statfs(path, &facts) != 0) return -1;
  *free = (uint64_t)facts.f_bavail * (uint64_t)facts.f_bsize;
  *kind = (int64_t)facts.f_type;
  return 0;
}

// What all threads of this process have worked, in the program and in the kernel for it.
static inline int64_t postrider_processor_microseconds(void) {
  struct rusage used;
  if (getrusage(RUSAGE_SELF, &used) != 0) return 0;
  return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

// A pipe that no program that is started gets. pipe2 itself is declared for _GNU_SOURCE only.
static inline int postrider_pipe(int ends[2]) { return (int)syscall(SYS_pipe2, ends, O_CLOEXEC); }

extern char **environ;

// Starts a program in a process group of its own, with these as its standard input, output and errors and no other
// descriptor of ours. A program takes over which signals are ignored and which are blocked, so both are undone. 0, or
// why not.
static inline int postrider_spawn(pid_t *process, const char *path, char *const words[], const int ends[3]) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  int code = 0;
  for (int end = 0; end < 3 && code == 0; end++) code = posix_spawn_file_actions_adddup2(&files, ends[end], end);
  if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(&files, 3);
  if (code == 0) code = posix_spawnattr_setpgroup(&attributes, 0);
  if (code == 0) code = posix_spawnattr_setsigmask(&attributes, &none);
  if (code == 0) code = posix_spawnattr_setsigdefault(&attributes, &all);
  if (code == 0)
    code = posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  if (code == 0) code = posix_spawn(process, path, &files, &attributes, words, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return code;
}

// All threads of a process group give way to others.
static inline void postrider_yield_group(pid_t group, int niceness) { setpriority(PRIO_PGRP, (id_t)group, niceness); }
