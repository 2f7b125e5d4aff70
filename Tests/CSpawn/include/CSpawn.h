#include <spawn.h>

// The child gets no descriptor from `first` on. Swift's Glibc module leaves out what does this.
int postrider_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
