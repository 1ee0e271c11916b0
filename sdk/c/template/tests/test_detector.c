/* The detector against numbers of NumPy, and against itself. */

#include "pynomaly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 4, ROWS_MAX = 64 };

static double rows[ROWS_MAX * COLUMNS], parts[ROWS_MAX * COLUMNS], expected[ROWS_MAX], scores[ROWS_MAX], again[ROWS_MAX];
static size_t row_count, training_count;
static int failures;

#define CHECK(CONDITION)                                                   \
  do {                                                                     \
    if (!(CONDITION)) {                                                    \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #CONDITION); \
      failures++;                                                          \
    }                                                                      \
  } while (0)

/* The training rows come first in the file. */
static void read_golden(void) {
  FILE *file = fopen("tests/golden.csv", "r");
  char line[512];
  if (!file || !fgets(line, sizeof line, file)) {
    fprintf(stderr, "tests/golden.csv cannot be read\n");
    exit(1);
  }
  while (row_count < ROWS_MAX && fgets(line, sizeof line, file)) {
    double *row = rows + row_count * COLUMNS;
    int is_training = 0;
    CHECK(sscanf(line, "%lf,%lf,%lf,%lf,%d,%lf", row, row + 1, row + 2, row + 3, &is_training,
                 expected + row_count) == 6);
    training_count += is_training != 0;
    row_count++;
  }
  fclose(file);
}

static pyn_model *fit(void) {
  pyn_matrix training = {training_count, COLUMNS, rows};
  pyn_model *model = NULL;
  CHECK(pyn_checked_fit(&training, NULL, 7, &model, scores) == PYN_OK);
  return model;
}

static void scores_are_those_of_the_definition(void) {
  pyn_matrix all = {row_count, COLUMNS, rows};
  pyn_model *model = fit();
  CHECK(pyn_checked_score(model, &all, again) == PYN_OK);
  CHECK(memcmp(scores, again, training_count * sizeof *scores) == 0);
  for (size_t r = 0; r < row_count; r++) {
    CHECK(fabs(again[r] - expected[r]) <= 1e-9 * fmax(1.0, expected[r]));
  }
  pyn_free(model);
}

static void a_row_scores_the_same_alone_and_after_loading(void) {
  pyn_model *model = fit(), *loaded = NULL;
  size_t length = 0;
  uint8_t *state = pyn_saved(model, &length);
  CHECK(pyn_loaded(state, length, &loaded) == PYN_OK);
  for (size_t r = 0; r < training_count; r++) {
    pyn_matrix row = {1, COLUMNS, rows + r * COLUMNS};
    CHECK(pyn_checked_score(loaded, &row, again) == PYN_OK);
    CHECK(memcmp(scores + r, again, sizeof *again) == 0);
  }
  free(state);
  pyn_free(loaded);
  pyn_free(model);
}

static void contributions_add_up_to_scores(void) {
  pyn_matrix all = {row_count, COLUMNS, rows};
  pyn_model *model = fit();
  CHECK(pyn_checked_explain(model, &all, parts) == PYN_OK);
  for (size_t r = 0; r < row_count; r++) {
    double total = 0.0;
    for (size_t c = 0; c < COLUMNS; c++) total += parts[r * COLUMNS + c];
    CHECK(fabs(total - expected[r]) <= 1e-9 * fmax(1.0, expected[r]));
  }
  pyn_free(model);
}

static void a_stream_is_learnt_alike_however_it_is_cut(void) {
  pyn_matrix all = {row_count, COLUMNS, rows};
  pyn_model *model = fit(), *other = fit();
  CHECK(pyn_checked_update(model, &all, scores) == PYN_OK);
  for (size_t r = 0; r < row_count; r++) {
    pyn_matrix row = {1, COLUMNS, rows + r * COLUMNS};
    CHECK(pyn_checked_update(other, &row, again) == PYN_OK);
    CHECK(memcmp(scores + r, again, sizeof *again) == 0);
  }
  size_t length = 0, other_length = 0;
  uint8_t *state = pyn_saved(model, &length), *other_state = pyn_saved(other, &other_length);
  CHECK(length == other_length && memcmp(state, other_state, length) == 0);
  CHECK(pyn_checked_score(model, &all, again) == PYN_OK);
  CHECK(memcmp(scores, again, row_count * sizeof *scores) != 0);
  free(state);
  free(other_state);
  pyn_free(other);
  pyn_free(model);
}

static void wrong_rows_and_states_are_refused(void) {
  pyn_model *model = fit(), *loaded = NULL;
  pyn_matrix narrow = {1, 1, rows};
  CHECK(pyn_checked_score(model, &narrow, again) == PYN_INVALID_INPUT);
  size_t length = 0;
  uint8_t *state = pyn_saved(model, &length);
  CHECK(pyn_loaded(state, length - 1, &loaded) == PYN_BAD_STATE);
  CHECK(loaded == NULL);
  free(state);
  pyn_free(model);
}

int main(void) {
  read_golden();
  scores_are_those_of_the_definition();
  a_row_scores_the_same_alone_and_after_loading();
  contributions_add_up_to_scores();
  a_stream_is_learnt_alike_however_it_is_cut();
  wrong_rows_and_states_are_refused();
  printf("%s\n", failures ? "failed" : "all tests passed");
  return failures != 0;
}
