/* The component's side of the contract: turns a detector into what the host calls. */

/* An ability that the detector leaves out is not there, and its call not in the component's world. */
#define PYN_ABILITY(NAME) __attribute__((weak))

#include "plugin.h"
#include "pynomaly.h"

#include <stdlib.h>
#include <string.h>

const char *pyn_last_name(void);
uint32_t pyn_last_needed(void);

typedef exports_pynomaly_detector_detector_error_t error_t;

/* plugin.c asks for the contract's description by this name; `pynomaly plugin build` adds it. */
void __component_type_object_force_link_plugin(void);
void __component_type_object_force_link_plugin(void) {}

struct exports_pynomaly_detector_detector_model_t {
  pyn_model *model;
};

void pyn_log(pyn_level level, const char *message) {
  plugin_string_t text = {(uint8_t *)message, strlen(message)};
  pynomaly_detector_log_log((pynomaly_detector_log_level_t)level, &text);
}

/* Memory for `count` things of a size; there is no going on without. */
static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory) {
    pyn_log(PYN_ERROR, "memory is at its end");
    abort();
  }
  return memory;
}

static bool failed(pyn_status status, error_t *error) {
  plugin_string_t *text = &error->val.other;
  switch (status) {
    case PYN_INVALID_PARAMETER:
      error->tag = PYNOMALY_DETECTOR_TYPES_ERROR_INVALID_PARAMETER;
      plugin_string_dup(&error->val.invalid_parameter.f0, pyn_last_name());
      text = &error->val.invalid_parameter.f1;
      break;
    case PYN_INVALID_INPUT: error->tag = PYNOMALY_DETECTOR_TYPES_ERROR_INVALID_INPUT; break;
    case PYN_INSUFFICIENT_DATA:
      error->tag = PYNOMALY_DETECTOR_TYPES_ERROR_INSUFFICIENT_DATA;
      error->val.insufficient_data = pyn_last_needed();
      return false;
    case PYN_BAD_STATE: error->tag = PYNOMALY_DETECTOR_TYPES_ERROR_BAD_STATE; break;
    case PYN_NUMERICAL: error->tag = PYNOMALY_DETECTOR_TYPES_ERROR_NUMERICAL; break;
    default: error->tag = PYNOMALY_DETECTOR_TYPES_ERROR_OTHER; break;
  }
  plugin_string_dup(text, pyn_last_text());
  return false;
}

static pyn_matrix matrix(const exports_pynomaly_detector_detector_matrix_t *data) {
  return (pyn_matrix){data->values.len / data->columns, data->columns, data->values.ptr};
}

/* ---- describe ---- */

static void describe_kind(const pyn_parameter *row, exports_pynomaly_detector_detector_kind_t *kind) {
  kind->tag = (uint8_t)row->kind;
  if (row->kind == PYN_INTEGER) {
    exports_pynomaly_detector_detector_integer_range_t *range = &kind->val.integer;
    if ((range->minimum.is_some = row->integer_minimum)) range->minimum.val = *row->integer_minimum;
    if ((range->maximum.is_some = row->integer_maximum)) range->maximum.val = *row->integer_maximum;
  } else if (row->kind == PYN_NUMBER) {
    exports_pynomaly_detector_detector_number_range_t *range = &kind->val.number;
    if ((range->minimum.is_some = row->number_minimum)) range->minimum.val = *row->number_minimum;
    if ((range->maximum.is_some = row->number_maximum)) range->maximum.val = *row->number_maximum;
  } else if (row->kind == PYN_TEXT) {
    kind->val.text = row->bytes_max;
  } else if (row->kind == PYN_CHOICE) {
    plugin_list_string_t *choices = &kind->val.choice;
    while (row->choices[choices->len]) choices->len++;
    choices->ptr = allocate(choices->len, sizeof *choices->ptr);
    for (size_t i = 0; i < choices->len; i++) plugin_string_dup(&choices->ptr[i], row->choices[i]);
  }
}

static void describe_default(const pyn_parameter *row, exports_pynomaly_detector_detector_value_t *value) {
  switch (row->kind) {
    case PYN_BOOLEAN:
      value->tag = PYNOMALY_DETECTOR_TYPES_VALUE_BOOLEAN;
      value->val.boolean = row->boolean;
      break;
    case PYN_INTEGER:
      value->tag = PYNOMALY_DETECTOR_TYPES_VALUE_INTEGER;
      value->val.integer = row->integer;
      break;
    case PYN_NUMBER:
      value->tag = PYNOMALY_DETECTOR_TYPES_VALUE_NUMBER;
      value->val.number = row->number;
      break;
    default:
      value->tag = PYNOMALY_DETECTOR_TYPES_VALUE_TEXT;
      plugin_string_dup(&value->val.text, row->text);
  }
}

static void describe_parameter(const pyn_parameter *row,
                               exports_pynomaly_detector_detector_parameter_t *to) {
  plugin_string_dup(&to->name, row->name);
  plugin_string_dup(&to->doc, row->doc);
  to->kinds.len = 1;
  to->kinds.ptr = allocate(1, sizeof *to->kinds.ptr);
  describe_kind(row, to->kinds.ptr);
  to->default_.is_some = (row->kind != PYN_TEXT && row->kind != PYN_CHOICE) || row->text;
  if (to->default_.is_some) describe_default(row, &to->default_.val);
}

void exports_pynomaly_detector_detector_describe(
    exports_pynomaly_detector_detector_descriptor_t *to) {
  memset(to, 0, sizeof *to);
  plugin_string_dup(&to->name, pyn_about.name);
  plugin_string_dup(&to->version, pyn_about.version);
  plugin_string_dup(&to->summary, pyn_about.summary);
  plugin_string_dup(&to->reference, pyn_about.reference);
  to->task = pyn_about.time_series ? EXPORTS_PYNOMALY_DETECTOR_DETECTOR_TASK_TIME_SERIES
                                   : EXPORTS_PYNOMALY_DETECTOR_DETECTOR_TASK_TABULAR;
  to->accepts_missing = pyn_about.accepts_missing;
  to->minimum_rows = pyn_about.minimum_rows;
  to->state_version = pyn_about.state_version;
  to->parameters.len = pyn_about.parameter_count;
  to->parameters.ptr = allocate(to->parameters.len, sizeof *to->parameters.ptr);
  for (size_t i = 0; i < to->parameters.len; i++) {
    describe_parameter(&pyn_about.parameters[i], &to->parameters.ptr[i]);
  }
  to->extra.len = pyn_about.extra_count;
  to->extra.ptr = allocate(to->extra.len, sizeof *to->extra.ptr);
  for (size_t i = 0; i < to->extra.len; i++) {
    plugin_string_dup(&to->extra.ptr[i].f0, pyn_about.extra[i].name);
    plugin_string_dup(&to->extra.ptr[i].f1, pyn_about.extra[i].value);
  }
}

/* ---- fit, load, score, save ---- */

static char *terminated(plugin_string_t text) {
  char *copy = allocate(text.len + 1, 1);
  memcpy(copy, text.ptr, text.len);
  return copy;
}

static pyn_given given_of(const exports_pynomaly_detector_detector_parameters_t *from, size_t at) {
  pynomaly_detector_types_value_t value = from->ptr[at].f1;
  pyn_given given = {.name = terminated(from->ptr[at].f0)};
  switch (value.tag) {
    case PYNOMALY_DETECTOR_TYPES_VALUE_BOOLEAN: given.number = value.val.boolean; break;
    case PYNOMALY_DETECTOR_TYPES_VALUE_INTEGER:
      given.integer = value.val.integer;
      given.number = (double)value.val.integer;
      break;
    case PYNOMALY_DETECTOR_TYPES_VALUE_NUMBER: given.number = value.val.number; break;
    default: given.text = terminated(value.val.text);
  }
  return given;
}

static exports_pynomaly_detector_detector_own_model_t owned(pyn_model *model) {
  exports_pynomaly_detector_detector_model_t *held = allocate(1, sizeof *held);
  held->model = model;
  return exports_pynomaly_detector_detector_model_new(held);
}

bool exports_pynomaly_detector_detector_fit(exports_pynomaly_detector_detector_matrix_t *training,
                                            exports_pynomaly_detector_detector_parameters_t *given,
                                            uint64_t seed,
                                            exports_pynomaly_detector_detector_fitted_t *to,
                                            error_t *error) {
  pyn_given *values = allocate(given->len, sizeof *values);
  for (size_t i = 0; i < given->len; i++) values[i] = given_of(given, i);
  pyn_parameters parameters = {values, given->len};
  pyn_matrix rows = matrix(training);
  double *scores = allocate(rows.rows, sizeof *scores);
  pyn_model *model = NULL;
  pyn_status status = pyn_checked_fit(&rows, &parameters, seed, &model, scores);
  for (size_t i = 0; i < given->len; i++) {
    free((void *)values[i].name);
    free((void *)values[i].text);
  }
  free(values);
  exports_pynomaly_detector_detector_matrix_free(training);
  exports_pynomaly_detector_detector_parameters_free(given);
  if (status != PYN_OK) {
    free(scores);
    return failed(status, error);
  }
  to->model = owned(model);
  to->training_scores = (plugin_list_f64_t){scores, rows.rows};
  return true;
}

bool exports_pynomaly_detector_detector_load(plugin_list_u8_t *state,
                                             exports_pynomaly_detector_detector_own_model_t *to,
                                             error_t *error) {
  pyn_model *model = NULL;
  pyn_status status = pyn_loaded(state->ptr, state->len, &model);
  plugin_list_u8_free(state);
  if (status != PYN_OK) return failed(status, error);
  *to = owned(model);
  return true;
}

bool exports_pynomaly_detector_detector_method_model_score(
    exports_pynomaly_detector_detector_borrow_model_t self,
    exports_pynomaly_detector_detector_matrix_t *data, plugin_list_f64_t *to, error_t *error) {
  pyn_matrix rows = matrix(data);
  double *scores = allocate(rows.rows, sizeof *scores);
  pyn_status status = pyn_checked_score(self->model, &rows, scores);
  exports_pynomaly_detector_detector_matrix_free(data);
  if (status != PYN_OK) {
    free(scores);
    return failed(status, error);
  }
  *to = (plugin_list_f64_t){scores, rows.rows};
  return true;
}

bool exports_pynomaly_detector_detector_method_model_save(
    exports_pynomaly_detector_detector_borrow_model_t self, plugin_list_u8_t *to, error_t *error) {
  to->ptr = pyn_saved(self->model, &to->len);
  return to->ptr || failed(pyn_fail(PYN_OTHER, "memory is at its end"), error);
}

/* ---- abilities ---- */

bool exports_pynomaly_detector_explainer_explain(
    exports_pynomaly_detector_explainer_borrow_model_t model,
    exports_pynomaly_detector_explainer_matrix_t *data, plugin_list_f64_t *to, error_t *error) {
  pyn_matrix rows = matrix(data);
  size_t count = rows.rows * rows.columns;
  double *contributions = allocate(count, sizeof *contributions);
  pyn_status status = pyn_checked_explain(model->model, &rows, contributions);
  exports_pynomaly_detector_explainer_matrix_free(data);
  if (status != PYN_OK) {
    free(contributions);
    return failed(status, error);
  }
  *to = (plugin_list_f64_t){contributions, count};
  return true;
}

bool exports_pynomaly_detector_learner_update(
    exports_pynomaly_detector_learner_borrow_model_t model,
    exports_pynomaly_detector_learner_matrix_t *data, plugin_list_f64_t *to, error_t *error) {
  pyn_matrix rows = matrix(data);
  double *scores = allocate(rows.rows, sizeof *scores);
  pyn_status status = pyn_checked_update(model->model, &rows, scores);
  exports_pynomaly_detector_learner_matrix_free(data);
  if (status != PYN_OK) {
    free(scores);
    return failed(status, error);
  }
  *to = (plugin_list_f64_t){scores, rows.rows};
  return true;
}

void exports_pynomaly_detector_detector_model_destructor(
    exports_pynomaly_detector_detector_model_t *held) {
  pyn_free(held->model);
  free(held);
}
