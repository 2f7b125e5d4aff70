#include "CPhoneNumber.h"
#include "plain.h"

#include <phonenumbers/phonenumberutil.h>

#include <cstdint>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// Whether the number is possible as it stands, without the regular expressions of a whole parse, which take twenty
// times as long. Parsing may take a national prefix off, but only where what remains is possible as well, so what is
// possible here is possible there. Numbers with a zero behind the country's code, as Italy's have, and all that is
// not possible here are left to the parser.
static bool is_surely_possible(const PhoneNumberUtil &library, const char *e164, size_t length) {
  size_t place = 1;
  int code = 0;
  std::string region = "ZZ";
  while (region == "ZZ") {
    if (place > 3 || place + 1 >= length) return false;
    code = code * 10 + (e164[place++] - '0');
    library.GetRegionCodeForCountryCode(code, &region);
  }
  if (e164[place] == '0') return false;
  uint64_t national = 0;
  for (; place < length; ++place) national = national * 10 + (e164[place] - '0');
  PhoneNumber number;
  number.set_country_code(code);
  number.set_national_number(national);
  return library.IsPossibleNumberWithReason(number) == PhoneNumberUtil::IS_POSSIBLE;
}

bool postrider_number_is_impossible(const char *e164, size_t length) {
  const PhoneNumberUtil *library = PhoneNumberUtil::GetInstance();
  if (is_plain(e164, length) && is_surely_possible(*library, e164, length)) return false;
  PhoneNumber number;
  if (library->Parse(std::string(e164, length), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) {
    return true;
  }
  switch (library->IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
    case PhoneNumberUtil::TOO_SHORT:
      return false;
    default:
      return true;
  }
}
