#ifndef POSTRIDER_PHONE_NUMBER_H
#define POSTRIDER_PHONE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether a number in E.164 form ("+" and digits, not terminated) has a length that its country uses.
bool postrider_number_is_possible(const char *e164, size_t length);

#ifdef __cplusplus
}
#endif

#endif
