#ifndef POSTRIDER_PHONE_NUMBER_H
#define POSTRIDER_PHONE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether a number in E.164 form ("+" and digits, not terminated) has no country, or more digits or another
// number of them than that country uses. Too few of them do not count.
bool postrider_number_is_impossible(const char *e164, size_t length);

// The region of a number in E.164 form, as its two letters' bytes, the first in the upper one. 0 where the number
// belongs to no single region, or none that the library's data know.
uint16_t postrider_number_region(const char *e164, size_t length);

// The same, asked of the library anew.
uint16_t postrider_number_region_uncached(const char *e164, size_t length);

// The regions of a calling code, in the same form, the main one first; how many there are, of which at most `most` are
// written.
size_t postrider_regions_of_code(int code, uint16_t *regions, size_t most);

#ifdef __cplusplus
}
#endif

#endif
