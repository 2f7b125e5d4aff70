#ifndef POSTRIDER_SIMDJSON_H
#define POSTRIDER_SIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct postrider_json_document postrider_json_document;

// One value inside a parsed document; it lives as long as the document.
typedef struct {
  const void *document;
  size_t index;
} postrider_json_value;

typedef struct {
  bool is_object;
  postrider_json_value position;
  postrider_json_value end;
} postrider_json_cursor;

enum postrider_json_kind {
  POSTRIDER_JSON_NULL,
  POSTRIDER_JSON_BOOL,
  POSTRIDER_JSON_INTEGER,
  POSTRIDER_JSON_UNSIGNED,
  POSTRIDER_JSON_DOUBLE,
  POSTRIDER_JSON_STRING,
  POSTRIDER_JSON_ARRAY,
  POSTRIDER_JSON_OBJECT,
};

// Parses and validates the whole text: syntax, UTF-8, depth. NULL where it is not JSON; `error` then
// holds the library's words, which never quote the input.
postrider_json_document *postrider_json_parse(const uint8_t *bytes, size_t length, const char **error);
void postrider_json_free(postrider_json_document *document);
postrider_json_value postrider_json_root(const postrider_json_document *document);

int postrider_json_kind_of(postrider_json_value value);
bool postrider_json_string(postrider_json_value value, const char **bytes, size_t *length);
bool postrider_json_integer(postrider_json_value value, int64_t *integer);
bool postrider_json_unsigned(postrider_json_value value, uint64_t *integer);
bool postrider_json_double(postrider_json_value value, double *number);
bool postrider_json_bool(postrider_json_value value, bool *truth);

// The first field of that name.
bool postrider_json_field(postrider_json_value object, const char *name, size_t length, postrider_json_value *found);

// Walks an array's items or an object's fields (then `name` is set).
bool postrider_json_start(postrider_json_value container, postrider_json_cursor *cursor);
bool postrider_json_next(
  postrider_json_cursor *cursor, postrider_json_value *item, const char **name, size_t *name_length);

// The value written again without white space; the caller frees `bytes` with postrider_json_release.
bool postrider_json_minified(postrider_json_value value, char **bytes, size_t *length);
void postrider_json_release(char *bytes);

#ifdef __cplusplus
}
#endif

#endif
