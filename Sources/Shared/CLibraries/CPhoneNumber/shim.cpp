#include "CPhoneNumber.h"

#include <phonenumbers/phonenumberutil.h>

#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

bool postrider_number_is_possible(const char *e164, size_t length) {
  const PhoneNumberUtil *library = PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (library->Parse(std::string(e164, length), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) {
    return false;
  }
  return library->IsPossibleNumber(number);
}
