/* What the SDK does for a detector in any build: verdicts, parameters, states, checks. */

#include "pynomaly.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char last_text[PYN_TEXT_MAX + 1];
static char last_name[65];
static uint32_t last_needed;

static void copy_cut(char *to, size_t size, const char *text) {
  size_t length = strlen(text);
  if (length >= size) length = size - 1;
  /* Never half a character of UTF-8. */
  while (length > 0 && text[length] != '\0' && ((uint8_t)text[length] & 0xC0) == 0x80) length--;
  memcpy(to, text, length);
  to[length] = '\0';
}

pyn_status pyn_fail(pyn_status status, const char *text) {
  copy_cut(last_text, sizeof last_text, text);
  return status;
}

pyn_status pyn_invalid_parameter(const char *name, const char *text) {
  copy_cut(last_name, sizeof last_name, name);
  return pyn_fail(PYN_INVALID_PARAMETER, text);
}

pyn_status pyn_insufficient_data(uint32_t rows_needed) {
  last_needed = rows_needed;
  return pyn_fail(PYN_INSUFFICIENT_DATA, "more rows are needed");
}

const char *pyn_last_text(void) { return last_text; }
const char *pyn_last_name(void) { return last_name; }
uint32_t pyn_last_needed(void) { return last_needed; }

/* ---- Parameters ---- */

static const pyn_parameter *row_of(const char *name) {
  for (size_t i = 0; i < pyn_about.parameter_count; i++) {
    if (strcmp(pyn_about.parameters[i].name, name) == 0) return &pyn_about.parameters[i];
  }
  pyn_log(PYN_ERROR, "the detector asks for a parameter that is not in its table:");
  pyn_log(PYN_ERROR, name);
  abort();
}

static const pyn_given *given(const pyn_parameters *parameters, const char *name) {
  for (size_t i = 0; parameters && i < parameters->count; i++) {
    if (strcmp(parameters->given[i].name, name) == 0) return &parameters->given[i];
  }
  return NULL;
}

bool pyn_boolean(const pyn_parameters *parameters, const char *name) {
  const pyn_parameter *row = row_of(name);
  const pyn_given *it = given(parameters, name);
  return it ? it->number != 0.0 : row->boolean;
}

int64_t pyn_integer(const pyn_parameters *parameters, const char *name) {
  const pyn_parameter *row = row_of(name);
  const pyn_given *it = given(parameters, name);
  return it ? it->integer : row->integer;
}

double pyn_number(const pyn_parameters *parameters, const char *name) {
  const pyn_parameter *row = row_of(name);
  const pyn_given *it = given(parameters, name);
  return it ? it->number : row->number;
}

const char *pyn_text(const pyn_parameters *parameters, const char *name) {
  const pyn_parameter *row = row_of(name);
  const pyn_given *it = given(parameters, name);
  return it && it->text ? it->text : row->text;
}

/* ---- States: magic, version, content, sum ---- */

static const uint8_t MAGIC[4] = {'P', 'Y', 'C', '1'};

static void write_bytes(pyn_writer *writer, const void *bytes, size_t length) {
  if (writer->failed) return;
  if (length > writer->capacity - writer->length) {
    size_t capacity = writer->capacity * 2 + length;
    uint8_t *grown = realloc(writer->bytes, capacity);
    if (!grown) {
      writer->failed = true;
      return;
    }
    writer->bytes = grown;
    writer->capacity = capacity;
  }
  memcpy(writer->bytes + writer->length, bytes, length);
  writer->length += length;
}

void pyn_write_integer(pyn_writer *writer, uint64_t integer) {
  uint8_t bytes[8];
  for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(integer >> (8 * i));
  write_bytes(writer, bytes, sizeof bytes);
}

void pyn_write_number(pyn_writer *writer, double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  pyn_write_integer(writer, bits);
}

void pyn_write_numbers(pyn_writer *writer, const double *numbers, size_t count) {
  pyn_write_integer(writer, count);
  for (size_t i = 0; i < count; i++) pyn_write_number(writer, numbers[i]);
}

static const uint8_t *take(pyn_reader *reader, size_t length) {
  if (reader->failed || length > reader->length) {
    reader->failed = true;
    return NULL;
  }
  const uint8_t *taken = reader->bytes;
  reader->bytes += length;
  reader->length -= length;
  return taken;
}

uint64_t pyn_read_integer(pyn_reader *reader) {
  const uint8_t *bytes = take(reader, 8);
  uint64_t integer = 0;
  for (int i = 0; bytes && i < 8; i++) integer |= (uint64_t)bytes[i] << (8 * i);
  return integer;
}

double pyn_read_number(pyn_reader *reader) {
  uint64_t bits = pyn_read_integer(reader);
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

double *pyn_read_numbers(pyn_reader *reader, size_t *count) {
  uint64_t stored = pyn_read_integer(reader);
  if (reader->failed || stored > reader->length / 8) {
    reader->failed = true;
    return NULL;
  }
  double *numbers = malloc(stored ? (size_t)stored * sizeof(double) : sizeof(double));
  if (!numbers) {
    reader->failed = true;
    return NULL;
  }
  for (size_t i = 0; i < stored; i++) numbers[i] = pyn_read_number(reader);
  *count = (size_t)stored;
  return numbers;
}

/* FNV-1a: finds damage, proves nothing. */
static uint64_t sum_of(const uint8_t *bytes, size_t length) {
  uint64_t sum = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; i++) sum = (sum ^ bytes[i]) * 0x100000001b3u;
  return sum;
}

uint8_t *pyn_saved(const pyn_model *model, size_t *length) {
  pyn_writer writer = {0};
  write_bytes(&writer, MAGIC, sizeof MAGIC);
  pyn_write_integer(&writer, pyn_about.state_version);
  pyn_save(model, &writer);
  pyn_write_integer(&writer, sum_of(writer.bytes, writer.length));
  if (writer.failed) {
    free(writer.bytes);
    return NULL;
  }
  *length = writer.length;
  return writer.bytes;
}

static bool is_whole(const uint8_t *bytes, size_t length) {
  if (length < sizeof MAGIC + 16 || memcmp(bytes, MAGIC, sizeof MAGIC) != 0) return false;
  pyn_reader end = {bytes + length - 8, 8, false};
  return pyn_read_integer(&end) == sum_of(bytes, length - 8);
}

pyn_status pyn_loaded(const uint8_t *bytes, size_t length, pyn_model **model) {
  if (!is_whole(bytes, length)) return pyn_fail(PYN_BAD_STATE, "damaged, or of another detector");
  pyn_reader reader = {bytes + sizeof MAGIC, length - sizeof MAGIC - 8, false};
  if (pyn_read_integer(&reader) != pyn_about.state_version) {
    return pyn_fail(PYN_BAD_STATE, "of another version");
  }
  *model = NULL;
  pyn_status status = pyn_load(&reader, model);
  if (status == PYN_OK && !reader.failed && reader.length == 0 && *model) return PYN_OK;
  if (*model) pyn_free(*model);
  *model = NULL;
  if (status != PYN_BAD_STATE) pyn_fail(PYN_BAD_STATE, "the state is incomplete");
  return PYN_BAD_STATE;
}

/* ---- Checks around the detector's own functions ---- */

pyn_status pyn_check_columns(const pyn_model *model, const pyn_matrix *data) {
  if (data->columns == pyn_columns(model)) return PYN_OK;
  return pyn_fail(PYN_INVALID_INPUT, "not as many columns as the training rows have");
}

pyn_status pyn_check_finite(const double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(numbers[i])) return pyn_fail(PYN_NUMERICAL, "a score or its part is not finite");
  }
  return PYN_OK;
}

pyn_status pyn_checked_fit(const pyn_matrix *training, const pyn_parameters *parameters,
                           uint64_t seed, pyn_model **model, double *scores) {
  *model = NULL;
  if (training->rows < pyn_about.minimum_rows) {
    return pyn_insufficient_data(pyn_about.minimum_rows);
  }
  pyn_status status = pyn_fit(training, parameters, seed, model, scores);
  if (status == PYN_OK && !*model) status = pyn_fail(PYN_OTHER, "memory is at its end");
  if (status == PYN_OK) status = pyn_check_finite(scores, training->rows);
  if (status != PYN_OK && *model) {
    pyn_free(*model);
    *model = NULL;
  }
  return status;
}

pyn_status pyn_checked_score(const pyn_model *model, const pyn_matrix *data, double *scores) {
  pyn_status status = pyn_check_columns(model, data);
  if (status == PYN_OK) status = pyn_score(model, data, scores);
  return status == PYN_OK ? pyn_check_finite(scores, data->rows) : status;
}

/* ---- Randomness ---- */

uint64_t pyn_random_integer(pyn_random *random) {
  uint64_t z = (random->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double pyn_random_number(pyn_random *random) {
  return (double)(pyn_random_integer(random) >> 11) * 0x1.0p-53;
}

#ifndef __wasm__
#include <stdio.h>
void pyn_log(pyn_level level, const char *message) {
  static const char *const names[] = {"debug", "info", "warn", "error"};
  fprintf(stderr, "%s: %s\n", names[level], message);
}
#endif
