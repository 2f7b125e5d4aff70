#include "CPhoneNumber.h"
#include "plain.h"

#include <phonenumbers/phonenumberutil.h>

#include <array>
#include <atomic>
#include <list>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

constexpr uint16_t kNone = 0;
// Of a calling code that several regions share, as +1.
constexpr uint16_t kSeveral = 0xFFFF;

uint16_t packed(const std::string &region) {
  // "ZZ" is the library's word for none; "001" is no region either.
  if (region.size() != 2 || region == "ZZ") return kNone;
  return static_cast<uint16_t>(static_cast<uint8_t>(region[0]) << 8 | static_cast<uint8_t>(region[1]));
}

// By calling code. Most codes have one region, so that the library need not look at the number's other digits.
std::array<uint16_t, 1000> regions_of_codes() {
  std::array<uint16_t, 1000> table{};
  for (int code = 1; code < 1000; ++code) {
    std::list<std::string> regions;
    PhoneNumberUtil::GetInstance()->GetRegionCodesForCountryCallingCode(code, &regions);
    if (!regions.empty()) table[code] = regions.size() == 1 ? packed(regions.front()) : kSeveral;
  }
  return table;
}

struct Parts {
  int code = 0;
  // Where the national number begins.
  size_t place = 0;
  uint16_t region = kNone;
};

// Codes are made so that none begins another.
Parts parts(const char *e164, size_t length) {
  static const std::array<uint16_t, 1000> table = regions_of_codes();
  Parts parts;
  for (size_t place = 1; place < length && place <= 3; ++place) {
    parts.code = parts.code * 10 + (e164[place] - '0');
    parts.place = place + 1;
    parts.region = table[parts.code];
    if (parts.region != kNone) break;
  }
  return parts;
}

uint16_t by_patterns(const char *e164, size_t length, const Parts &parts) {
  const PhoneNumberUtil *library = PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  number.set_country_code(parts.code);
  size_t zeros = 0;
  while (parts.place + zeros + 1 < length && e164[parts.place + zeros] == '0') ++zeros;
  if (zeros > 0) {
    number.set_italian_leading_zero(true);
    number.set_number_of_leading_zeros(static_cast<int>(zeros));
  }
  uint64_t national = 0;
  for (size_t place = parts.place; place < length; ++place) national = national * 10 + (e164[place] - '0');
  number.set_national_number(national);
  std::string region;
  library->GetRegionCodeForNumber(number, &region);
  if (packed(region) != kNone) return packed(region);
  // With a prefix that is dialled within the country only, as the 0 of +44 020.
  if (library->Parse(std::string(e164, length), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return kNone;
  library->GetRegionCodeForNumber(number, &region);
  return packed(region);
}

// What the patterns said, which take ten microseconds where a look here takes none worth counting. An entry has all that
// it was asked by and the answer in one word, so that it is whole whoever writes it, and a later one may take its place.
//
//     digits, as a number: 40 bits | length of the whole: 5 | region, 5 for each letter, or 0 for none: 10
constexpr size_t kEntries = 1 << 18;
std::atomic<uint64_t> entries[kEntries];

uint64_t letters_of(uint16_t region) {
  return region == kNone ? 0 : static_cast<uint64_t>((region >> 8) - '@') << 5 | ((region & 0xFF) - '@');
}

uint16_t region_of(uint64_t letters) {
  return letters == 0 ? kNone : static_cast<uint16_t>(((letters >> 5) + '@') << 8 | ((letters & 31) + '@'));
}

// No pattern of a region that shares its code tells numbers apart by their last four digits where they have ten or more
// without the code, nor by their last three where they have eight or nine. A test compares with the library.
size_t ignored(size_t national) { return national >= 10 ? 4 : national >= 8 ? 3 : 0; }

}  // namespace

uint16_t postrider_number_region_uncached(const char *e164, size_t length) {
  if (!is_plain(e164, length)) return kNone;
  const Parts parts = ::parts(e164, length);
  return parts.region == kSeveral ? by_patterns(e164, length, parts) : parts.region;
}

uint16_t postrider_number_region(const char *e164, size_t length) {
  if (!is_plain(e164, length)) return kNone;
  const Parts parts = ::parts(e164, length);
  if (parts.region != kSeveral) return parts.region;
  const size_t tail = ignored(length - parts.place);
  if (tail == 0) return by_patterns(e164, length, parts);
  uint64_t digits = 0;
  for (size_t place = 1; place < length - tail; ++place) digits = digits * 10 + (e164[place] - '0');
  const uint64_t key = digits << 5 | length;
  std::atomic<uint64_t> &entry = entries[(key * 0x9E3779B97F4A7C15u) >> 46];
  const uint64_t known = entry.load(std::memory_order_relaxed);
  if (known >> 10 == key) return region_of(known & 1023);
  const uint16_t region = by_patterns(e164, length, parts);
  entry.store(key << 10 | letters_of(region), std::memory_order_relaxed);
  return region;
}

size_t postrider_regions_of_code(int code, uint16_t *regions, size_t most) {
  std::list<std::string> found;
  PhoneNumberUtil::GetInstance()->GetRegionCodesForCountryCallingCode(code, &found);
  size_t count = 0;
  for (const std::string &region : found) {
    if (packed(region) == kNone) continue;
    if (count < most) regions[count] = packed(region);
    ++count;
  }
  return count;
}
