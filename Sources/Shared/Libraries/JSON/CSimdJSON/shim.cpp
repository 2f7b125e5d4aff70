#include "CSimdJSON.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <type_traits>

using namespace simdjson;

struct postrider_json_document {
  dom::document document;
};

namespace {

// The library's values are two words that may be copied as bytes; the C side carries them so.
template <typename T>
postrider_json_value packed(const T &value) {
  static_assert(sizeof(T) == sizeof(postrider_json_value) && std::is_trivially_copyable<T>::value);
  postrider_json_value bytes;
  std::memcpy(&bytes, &value, sizeof bytes);
  return bytes;
}

template <typename T>
T unpacked(const postrider_json_value &bytes) {
  static_assert(sizeof(T) == sizeof(postrider_json_value) && std::is_trivially_copyable<T>::value);
  T value;
  std::memcpy(&value, &bytes, sizeof bytes);
  return value;
}

dom::element element_of(const postrider_json_value &value) { return unpacked<dom::element>(value); }

template <typename T>
bool read(const postrider_json_value &value, T *out) {
  return element_of(value).get(*out) == SUCCESS;
}

// The last document that this thread gave back: its memory serves the next. Large ones are not kept.
thread_local std::unique_ptr<postrider_json_document> spare;
constexpr size_t kept_capacity = 64 * 1024;

std::unique_ptr<postrider_json_document> empty_document() {
  if (spare) return std::move(spare);
  return std::unique_ptr<postrider_json_document>(new (std::nothrow) postrider_json_document());
}

}  // namespace

postrider_json_document *postrider_json_parse(const uint8_t *bytes, size_t length, const char **error) {
  thread_local dom::parser parser;
  auto document = empty_document();
  if (!document) {
    *error = error_message(MEMALLOC);
    return nullptr;
  }
  // `true`: the library copies the text, so that it may read past its end.
  auto failure = parser.parse_into_document(document->document, bytes, length, true).error();
  if (failure) {
    *error = error_message(failure);
    return nullptr;
  }
  return document.release();
}

void postrider_json_free(postrider_json_document *document) {
  std::unique_ptr<postrider_json_document> freed(document);
  if (freed && freed->document.capacity() <= kept_capacity) spare = std::move(freed);
}

postrider_json_value postrider_json_root(const postrider_json_document *document) {
  return packed(document->document.root());
}

int postrider_json_kind_of(postrider_json_value value) {
  switch (element_of(value).type()) {
    case dom::element_type::NULL_VALUE: return POSTRIDER_JSON_NULL;
    case dom::element_type::BOOL: return POSTRIDER_JSON_BOOL;
    case dom::element_type::INT64: return POSTRIDER_JSON_INTEGER;
    case dom::element_type::UINT64: return POSTRIDER_JSON_UNSIGNED;
    case dom::element_type::DOUBLE: return POSTRIDER_JSON_DOUBLE;
    case dom::element_type::STRING: return POSTRIDER_JSON_STRING;
    case dom::element_type::ARRAY: return POSTRIDER_JSON_ARRAY;
    case dom::element_type::OBJECT: return POSTRIDER_JSON_OBJECT;
  }
  return POSTRIDER_JSON_NULL;
}

bool postrider_json_string(postrider_json_value value, const char **bytes, size_t *length) {
  std::string_view text;
  if (!read(value, &text)) return false;
  *bytes = text.data();
  *length = text.size();
  return true;
}

bool postrider_json_integer(postrider_json_value value, int64_t *integer) { return read(value, integer); }
bool postrider_json_unsigned(postrider_json_value value, uint64_t *integer) { return read(value, integer); }
bool postrider_json_double(postrider_json_value value, double *number) { return read(value, number); }
bool postrider_json_bool(postrider_json_value value, bool *truth) { return read(value, truth); }

bool postrider_json_field(
  postrider_json_value object, const char *name, size_t length, postrider_json_value *found) {
  dom::object fields;
  dom::element field;
  if (!read(object, &fields)) return false;
  if (fields.at_key(std::string_view(name, length)).get(field) != SUCCESS) return false;
  *found = packed(field);
  return true;
}

bool postrider_json_start(postrider_json_value container, postrider_json_cursor *cursor) {
  dom::array items;
  dom::object fields;
  if (read(container, &items)) {
    *cursor = {false, packed(items.begin()), packed(items.end())};
    return true;
  }
  if (read(container, &fields)) {
    *cursor = {true, packed(fields.begin()), packed(fields.end())};
    return true;
  }
  return false;
}

bool postrider_json_next(
  postrider_json_cursor *cursor, postrider_json_value *item, const char **name, size_t *name_length) {
  if (cursor->is_object) {
    auto position = unpacked<dom::object::iterator>(cursor->position);
    if (!(position != unpacked<dom::object::iterator>(cursor->end))) return false;
    std::string_view key = position.key();
    *name = key.data();
    *name_length = key.size();
    *item = packed(position.value());
    ++position;
    cursor->position = packed(position);
    return true;
  }
  auto position = unpacked<dom::array::iterator>(cursor->position);
  if (!(position != unpacked<dom::array::iterator>(cursor->end))) return false;
  *name = nullptr;
  *name_length = 0;
  *item = packed(*position);
  ++position;
  cursor->position = packed(position);
  return true;
}

bool postrider_json_minified(postrider_json_value value, char **bytes, size_t *length) {
  std::string text = minify(element_of(value));
  char *copy = new (std::nothrow) char[text.size()];
  if (copy == nullptr) return false;
  std::memcpy(copy, text.data(), text.size());
  *bytes = copy;
  *length = text.size();
  return true;
}

void postrider_json_release(char *bytes) { delete[] bytes; }
