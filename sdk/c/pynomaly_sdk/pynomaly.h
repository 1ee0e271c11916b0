/*
 * Write an anomaly detector in C; ship it as one WebAssembly component.
 *
 * A detector defines `pyn_about` and the functions at the end of this file, of which two may be left
 * out. Everything else is done by the SDK: the contract, checks of columns and of finite scores, and the log.
 *
 * Equal bits: sums in one order, randomness from the seed only, and no -ffast-math.
 */
#ifndef PYNOMALY_H
#define PYNOMALY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of numbers, row-major: row r, column c is values[r * columns + c]. At least one row and one
 * column; no value is infinite; NaN only where pyn_about.accepts_missing. */
typedef struct {
  size_t rows;
  size_t columns;
  const double *values;
} pyn_matrix;

/* How a call ended. */
typedef enum {
  PYN_OK,
  PYN_INVALID_PARAMETER,
  PYN_INVALID_INPUT,
  PYN_INSUFFICIENT_DATA,
  PYN_BAD_STATE,
  PYN_NUMERICAL,
  PYN_OTHER,
} pyn_status;

/* Bytes of the longest text that a verdict keeps; the rest is cut. */
#define PYN_TEXT_MAX 1023

/* Say why a call has no answer, and return what these return. The text is copied. */
pyn_status pyn_fail(pyn_status status, const char *text);
pyn_status pyn_invalid_parameter(const char *name, const char *text);
pyn_status pyn_insufficient_data(uint32_t rows_needed);
/* The last verdict's text, for tests. */
const char *pyn_last_text(void);

/* Messages for the operator; natively they go to standard error. Inside the component what is
 * printed goes the same way. */
typedef enum { PYN_DEBUG, PYN_INFO, PYN_WARN, PYN_ERROR } pyn_level;
void pyn_log(pyn_level level, const char *message);

/* What values a parameter takes. */
typedef enum { PYN_BOOLEAN, PYN_INTEGER, PYN_NUMBER, PYN_TEXT, PYN_CHOICE } pyn_kind;

/* A row of the parameter table. Bounds are inclusive, NULL means unbounded; `bytes_max` is for a
 * text, `choices` (ended by NULL) for a choice. Write it with the macros below. */
typedef struct {
  const char *name; /* 1 to 64 of a-z, 0-9 and _, not starting with a digit */
  const char *doc;  /* one sentence: meaning, unit, effect */
  pyn_kind kind;
  bool boolean;
  int64_t integer;
  double number;
  const char *text;
  const int64_t *integer_minimum, *integer_maximum;
  const double *number_minimum, *number_maximum;
  uint32_t bytes_max;
  const char *const *choices;
} pyn_parameter;

#define PYN_BOOLEAN_PARAMETER(NAME, DEFAULT, DOC) \
  { .name = (NAME), .doc = (DOC), .kind = PYN_BOOLEAN, .boolean = (DEFAULT) }
#define PYN_INTEGER_PARAMETER(NAME, DEFAULT, MINIMUM, MAXIMUM, DOC)                     \
  {                                                                                     \
    .name = (NAME), .doc = (DOC), .kind = PYN_INTEGER, .integer = (DEFAULT),            \
    .integer_minimum = &(const int64_t){MINIMUM}, .integer_maximum = &(const int64_t){MAXIMUM} \
  }
#define PYN_NUMBER_PARAMETER(NAME, DEFAULT, MINIMUM, MAXIMUM, DOC)                    \
  {                                                                                   \
    .name = (NAME), .doc = (DOC), .kind = PYN_NUMBER, .number = (DEFAULT),            \
    .number_minimum = &(const double){MINIMUM}, .number_maximum = &(const double){MAXIMUM} \
  }
#define PYN_TEXT_PARAMETER(NAME, DEFAULT, BYTES_MAX, DOC) \
  { .name = (NAME), .doc = (DOC), .kind = PYN_TEXT, .text = (DEFAULT), .bytes_max = (BYTES_MAX) }
#define PYN_CHOICE_PARAMETER(NAME, DEFAULT, CHOICES, DOC) \
  { .name = (NAME), .doc = (DOC), .kind = PYN_CHOICE, .text = (DEFAULT), .choices = (CHOICES) }

/* A fact for pyn_about.extra. */
typedef struct {
  const char *name, *value;
} pyn_fact;

/* What a detector says of itself. */
typedef struct {
  const char *name;      /* the detector_type: 1 to 64 of a-z, 0-9 and _, not starting with a digit */
  const char *version;   /* semantic; raise it with every change of a bit of a score */
  const char *summary;   /* one sentence */
  const char *reference; /* the paper or book that defines the method */
  bool time_series;      /* rows are moments of a series, oldest first */
  bool accepts_missing;  /* NaN may stand for a missing value */
  uint32_t minimum_rows; /* the least number of training rows; at least 1 */
  uint32_t state_version;
  const pyn_parameter *parameters;
  size_t parameter_count;
  const pyn_fact *extra;
  size_t extra_count;
} pyn_about_t;

/* The values that the host gave; the default where it gave none. An unknown name is a mistake of
 * the detector and ends the call. */
typedef struct pyn_parameters pyn_parameters;
bool pyn_boolean(const pyn_parameters *parameters, const char *name);
int64_t pyn_integer(const pyn_parameters *parameters, const char *name);
double pyn_number(const pyn_parameters *parameters, const char *name);
/* Of a text or a choice; valid until the call returns. */
const char *pyn_text(const pyn_parameters *parameters, const char *name);

/* Writes a state: portable bytes; the SDK puts the version before them and a sum after them. */
typedef struct {
  uint8_t *bytes;
  size_t length, capacity;
  bool failed;
} pyn_writer;
void pyn_write_number(pyn_writer *writer, double number);
void pyn_write_integer(pyn_writer *writer, uint64_t integer);
/* With their count. */
void pyn_write_numbers(pyn_writer *writer, const double *numbers, size_t count);

/* Reads a state in the order in which it was written. After the first failure it gives zeros, and
 * the call ends in PYN_BAD_STATE whatever pyn_load returns. */
typedef struct {
  const uint8_t *bytes;
  size_t length;
  bool failed;
} pyn_reader;
double pyn_read_number(pyn_reader *reader);
uint64_t pyn_read_integer(pyn_reader *reader);
/* Memory of malloc with `*count` numbers; NULL after a failure. */
double *pyn_read_numbers(pyn_reader *reader, size_t *count);

/* A generator that a seed determines (SplitMix64): the same numbers everywhere. */
typedef struct {
  uint64_t state;
} pyn_random;
uint64_t pyn_random_integer(pyn_random *random);
/* Within [0, 1). */
double pyn_random_number(pyn_random *random);

/* ---- What a detector defines ---- */

/* A fitted detector: a struct of its own. It does not change: each row has the same score alone
 * and among others. */
typedef struct pyn_model pyn_model;

extern const pyn_about_t pyn_about;

/* Learns. Writes one score a training row into `scores`, and the model, of malloc, into `*model`.
 * All randomness comes from `seed`. */
pyn_status pyn_fit(const pyn_matrix *training, const pyn_parameters *parameters, uint64_t seed,
                   pyn_model **model, double *scores);
/* Number of columns that the model was fitted to. */
size_t pyn_columns(const pyn_model *model);
/* Writes one finite score a row: higher means more anomalous. The columns are checked. */
pyn_status pyn_score(const pyn_model *model, const pyn_matrix *data, double *scores);
/* Writes all that pyn_score reads. */
void pyn_save(const pyn_model *model, pyn_writer *writer);
/* The model back. The numbers are those that were saved, or damaged ones: check counts. */
pyn_status pyn_load(pyn_reader *reader, pyn_model **model);
void pyn_free(pyn_model *model);

/* ---- What a detector may define, too ---- */

/* How `pynomaly plugin build` sees which of them are there: by what the module exports. */
#ifndef PYN_ABILITY
#ifdef __wasm__
#define PYN_ABILITY(NAME) __attribute__((export_name(NAME)))
#else
#define PYN_ABILITY(NAME)
#endif
#endif

/* The ability `explainer`. Writes one contribution a value, row after row: how much the column
 * raised (above 0) or lowered the row's score. Where the method allows it a row's contributions add
 * up to its score. The columns are checked. */
PYN_ABILITY("pyn_explain")
pyn_status pyn_explain(const pyn_model *model, const pyn_matrix *data, double *contributions);

/* The ability `learner`. Row by row, in order: writes the row's score with what is known so far, then
 * learns the row. What it learns stays bounded however long the stream is, and a call that fails
 * leaves the model as it was. The columns are checked. */
PYN_ABILITY("pyn_update")
pyn_status pyn_update(pyn_model *model, const pyn_matrix *data, double *scores);

/* ---- For tests: the calls as the host makes them ---- */

/* The value of one parameter: `number` also for a boolean, `integer` for a whole number. */
typedef struct {
  const char *name;
  double number;
  int64_t integer;
  const char *text;
} pyn_given;
struct pyn_parameters {
  const pyn_given *given;
  size_t count;
};

/* pyn_fit and pyn_score with the checks that the component has around them. */
pyn_status pyn_checked_fit(const pyn_matrix *training, const pyn_parameters *parameters,
                           uint64_t seed, pyn_model **model, double *scores);
pyn_status pyn_checked_score(const pyn_model *model, const pyn_matrix *data, double *scores);
pyn_status pyn_check_columns(const pyn_model *model, const pyn_matrix *data);
pyn_status pyn_check_finite(const double *numbers, size_t count);
/* The same with pyn_explain and pyn_update. Here, so that whoever defines neither needs neither. */
static inline pyn_status pyn_checked_explain(const pyn_model *model, const pyn_matrix *data,
                                             double *contributions) {
  pyn_status status = pyn_check_columns(model, data);
  if (status == PYN_OK) status = pyn_explain(model, data, contributions);
  return status == PYN_OK ? pyn_check_finite(contributions, data->rows * data->columns) : status;
}
static inline pyn_status pyn_checked_update(pyn_model *model, const pyn_matrix *data,
                                            double *scores) {
  pyn_status status = pyn_check_columns(model, data);
  if (status == PYN_OK) status = pyn_update(model, data, scores);
  return status == PYN_OK ? pyn_check_finite(scores, data->rows) : status;
}
/* Bytes of malloc; NULL where memory is at its end. */
uint8_t *pyn_saved(const pyn_model *model, size_t *length);
pyn_status pyn_loaded(const uint8_t *bytes, size_t length, pyn_model **model);

#ifdef __cplusplus
}
#endif
#endif
