#ifndef POSTRIDER_PHONE_NUMBER_H
#define POSTRIDER_PHONE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether a number in E.164 form ("+" and digits, not terminated) has no country, or more digits or another
// number of them than that country uses. Too few of them do not count.
bool postrider_number_is_impossible(const char *e164, size_t length);

#ifdef __cplusplus
}
#endif

#endif
