#ifndef POSTRIDER_PLAIN_NUMBER_H
#define POSTRIDER_PLAIN_NUMBER_H

#include <cstddef>

// `+` and digits, at most 15, of which the first is not 0.
static inline bool is_plain(const char *e164, size_t length) {
  if (length < 2 || length > 16 || e164[0] != '+' || e164[1] == '0') return false;
  for (size_t place = 1; place < length; ++place) {
    if (e164[place] < '0' || e164[place] > '9') return false;
  }
  return true;
}

#endif
