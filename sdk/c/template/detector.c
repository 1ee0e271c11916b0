/*
 * my_detector: how far a row is from its columns' medians, in robust standard deviations.
 *
 * Steps, source and parameters: README.md.
 */

#include "pynomaly.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A normal column's standard deviation, in median absolute deviations. */
static const double MEDIAN_TO_DEVIATION = 1.4826;
/* The same in mean absolute deviations: √(π / 2). */
static const double MEAN_TO_DEVIATION = 1.2533141373155003;

static const pyn_parameter PARAMETERS[] = {
    PYN_NUMBER_PARAMETER("cap", 1000.0, 1.0, 1e6,
                         "The most, in robust standard deviations, that one column counts."),
    PYN_NUMBER_PARAMETER("learning_rate", 0.01, 0.0, 0.5,
                         "How far a row of a stream moves medians and deviations, in parts of the "
                         "latter."),
};
static const pyn_fact EXTRA[] = {{"auc-floor", "0.9"}, {"scale-invariant", "true"}};

const pyn_about_t pyn_about = {
    .name = "my_detector",
    .version = "0.1.0",
    .summary = "Root mean square of the columns' robust z-scores, by median and MAD.",
    .reference = "B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers. ASQC, 1993",
    .minimum_rows = 1,
    .state_version = 1,
    .parameters = PARAMETERS,
    .parameter_count = sizeof PARAMETERS / sizeof *PARAMETERS,
    .extra = EXTRA,
    .extra_count = sizeof EXTRA / sizeof *EXTRA,
};

/* Median and robust standard deviation of each column. */
struct pyn_model {
  size_t columns;
  double cap, learning_rate;
  double *medians;
  double *deviations; /* 0 for a constant column */
};

static int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Sorts the values. */
static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, ascending);
  double upper = values[count / 2];
  return count % 2 ? upper : (values[count / 2 - 1] + upper) / 2.0;
}

/* Of a column whose median is known; puts distances in place of the values. */
static double deviation(double *values, size_t count, double middle) {
  for (size_t i = 0; i < count; i++) values[i] = fabs(values[i] - middle);
  double robust = median(values, count) * MEDIAN_TO_DEVIATION;
  if (robust > 0.0) return fmin(robust, DBL_MAX);
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  return fmin(sum / (double)count * MEAN_TO_DEVIATION, DBL_MAX);
}

static pyn_model *model_of(size_t columns, double cap, double learning_rate, double *medians,
                           double *deviations) {
  pyn_model *model = malloc(sizeof *model);
  if (model && medians && deviations) {
    *model = (pyn_model){columns, cap, learning_rate, medians, deviations};
    return model;
  }
  free(model);
  free(medians);
  free(deviations);
  return NULL;
}

pyn_status pyn_fit(const pyn_matrix *training, const pyn_parameters *parameters, uint64_t seed,
                   pyn_model **fitted, double *scores) {
  (void)seed;
  size_t bytes = training->columns * sizeof(double);
  double *column = malloc(training->rows * sizeof(double));
  pyn_model *model = model_of(training->columns, pyn_number(parameters, "cap"),
                              pyn_number(parameters, "learning_rate"), malloc(bytes), malloc(bytes));
  if (!column || !model) {
    free(column);
    if (model) pyn_free(model);
    return pyn_fail(PYN_OTHER, "memory is at its end");
  }
  for (size_t c = 0; c < training->columns; c++) {
    for (size_t r = 0; r < training->rows; r++) {
      column[r] = training->values[r * training->columns + c];
    }
    model->medians[c] = median(column, training->rows);
    model->deviations[c] = deviation(column, training->rows, model->medians[c]);
  }
  free(column);
  *fitted = model;
  return pyn_score(model, training, scores);
}

size_t pyn_columns(const pyn_model *model) { return model->columns; }

/* A column's z, squared; 0 for a constant one, which says nothing. */
static double square(const pyn_model *model, const double *row, size_t c) {
  if (!(model->deviations[c] > 0.0)) return 0.0;
  double z = fabs(row[c] - model->medians[c]) / model->deviations[c];
  if (z > model->cap) z = model->cap;
  return z * z;
}

static double score(const pyn_model *model, const double *row) {
  double total = 0.0;
  for (size_t c = 0; c < model->columns; c++) total += square(model, row, c);
  return sqrt(total / (double)model->columns);
}

/* Moves each median and deviation a little towards where half of the values lie. */
static void learn(pyn_model *model, const double *row) {
  double grown = 1.0 + model->learning_rate;
  for (size_t c = 0; c < model->columns; c++) {
    double middle = model->medians[c], spread = model->deviations[c];
    if (!(spread > 0.0)) continue;
    bool is_far = fabs(row[c] - middle) * MEDIAN_TO_DEVIATION > spread;
    int direction = (row[c] > middle) - (row[c] < middle);
    model->medians[c] += direction * (model->learning_rate * spread);
    model->deviations[c] = is_far ? fmin(spread * grown, DBL_MAX) : spread / grown;
  }
}

pyn_status pyn_score(const pyn_model *model, const pyn_matrix *data, double *scores) {
  for (size_t r = 0; r < data->rows; r++) {
    scores[r] = score(model, data->values + r * data->columns);
  }
  return PYN_OK;
}

/* What each column has of the score: as its square has of their sum. */
pyn_status pyn_explain(const pyn_model *model, const pyn_matrix *data, double *contributions) {
  for (size_t r = 0; r < data->rows; r++) {
    const double *row = data->values + r * data->columns;
    double of_row = score(model, row), whole = (double)model->columns * of_row;
    for (size_t c = 0; c < data->columns; c++) {
      *contributions++ = of_row > 0.0 ? square(model, row, c) / whole : 0.0;
    }
  }
  return PYN_OK;
}

pyn_status pyn_update(pyn_model *model, const pyn_matrix *data, double *scores) {
  for (size_t r = 0; r < data->rows; r++) {
    const double *row = data->values + r * data->columns;
    scores[r] = score(model, row);
    learn(model, row);
  }
  return PYN_OK;
}

void pyn_save(const pyn_model *model, pyn_writer *writer) {
  pyn_write_number(writer, model->cap);
  pyn_write_number(writer, model->learning_rate);
  pyn_write_numbers(writer, model->medians, model->columns);
  pyn_write_numbers(writer, model->deviations, model->columns);
}

pyn_status pyn_load(pyn_reader *reader, pyn_model **loaded) {
  size_t medians = 0, deviations = 0;
  double cap = pyn_read_number(reader);
  double learning_rate = pyn_read_number(reader);
  double *middle = pyn_read_numbers(reader, &medians);
  double *spread = pyn_read_numbers(reader, &deviations);
  *loaded = model_of(medians, cap, learning_rate, middle, spread);
  return medians > 0 && medians == deviations ? PYN_OK : pyn_fail(PYN_BAD_STATE, "counts differ");
}

void pyn_free(pyn_model *model) {
  free(model->medians);
  free(model->deviations);
  free(model);
}
