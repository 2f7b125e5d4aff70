#include "CPhoneNumber.h"

#include <phonenumbers/phonenumberutil.h>

#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

bool postrider_number_is_impossible(const char *e164, size_t length) {
  const PhoneNumberUtil *library = PhoneNumberUtil::GetInstance();
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
