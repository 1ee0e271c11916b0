use super::parameter_value::ParameterValue;
use super::pipeline_body::{
    Categories, ThresholdBody, categories_schema, columns_schema, missing_schema, scaling_schema,
    suppress_schema, threshold_schema,
};
use super::rows::{Rows, rows_schema};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::table::{RowsBody, TableError, Wanted, check_names};
use pynomaly_core::preprocessing::{Features, Missing, Preprocessing, Scaling};
use pynomaly_core::suppression::Suppression;
use pynomaly_core::table::{Cells, Table};
use pynomaly_core::{Matrix, Value};
use pynomaly_engine::{Cut, DetectRequest, Pipeline};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Where nothing is said.
const DETECTOR_TYPE: &str = "isolation_forest";

/// Rows to judge, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DetectBody {
    /// Rows of numbers, all of the same length.
    #[schema(schema_with = rows_schema)]
    pub(crate) data: Rows,
    #[schema(schema_with = columns_schema, required = false)]
    pub(crate) columns: Option<Vec<String>>,
    /// Which detector, or one version of it, `knn@1.2.0` or `knn@sha256:…`; `isolation_forest` if
    /// not given.
    pub(crate) detector_type: Option<String>,
    /// Its parameters, by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
    /// The share of rows expected to be anomalous, in (0, 0.5]; 0.1 if not given.
    pub(crate) contamination: Option<f64>,
    #[schema(schema_with = threshold_schema, required = false)]
    pub(crate) threshold: Option<ThresholdBody>,
    #[serde(default)]
    #[schema(schema_with = scaling_schema, required = false)]
    pub(crate) scaling: Scaling,
    #[serde(default)]
    #[schema(schema_with = missing_schema, required = false)]
    pub(crate) missing: Missing,
    #[serde(default)]
    #[schema(schema_with = categories_schema, required = false)]
    pub(crate) categories: Categories,
    #[serde(default)]
    #[schema(schema_with = suppress_schema, required = false)]
    pub(crate) suppress: Suppression,
    /// Whether each result has the contributions of the columns to its score; false if not given.
    /// At most 262,144 values are explained at a time.
    #[serde(default)]
    pub(crate) explain: bool,
    /// Source of all randomness; drawn if not given.
    pub(crate) seed: Option<u64>,
    /// Whether the rows are kept with the detection, so that it can be replayed without them;
    /// false if not given. Their digest always is.
    #[serde(default)]
    pub(crate) keep_data: bool,
}

/// What is asked of the engine, and what is to be kept.
pub(crate) struct Asked {
    pub(crate) request: Arc<DetectRequest>,
    pub(crate) keep_data: bool,
    /// Whether the seed is the client's: then the answer is the same every time.
    pub(crate) is_seeded: bool,
    /// Whether the client has named a version of the detector.
    pub(crate) is_pinned: bool,
}

impl DetectBody {
    /// What to ask of the engine, where this is what `body` asks; `seed` is used if the client
    /// gave none.
    pub(crate) fn check(
        self,
        body: &RowsBody,
        limits: &Limits,
        seed: u64,
    ) -> Result<Asked, ApiError> {
        let cut = match (self.contamination, self.threshold) {
            (None, None) => Cut::default(),
            (Some(contamination), None) => Cut::Contamination(contamination),
            (None, Some(threshold)) => threshold.0,
            (Some(_), Some(_)) => {
                let message = "give either `contamination` or `threshold`, not both";
                return Err(ApiError::invalid("/threshold", message));
            }
        };
        let is_seeded = self.seed.is_some();
        let encoding = self.categories.encoding();
        let wanted = if encoding.is_some() { Wanted::Either } else { Wanted::Numbers };
        let table = read_rows(body, wanted, (self.data, self.columns), limits)?;
        let features = Features::fit(&table, encoding).map_err(TableError::from)?;
        let named =
            |(name, value): (String, ParameterValue)| -> (String, Value) { (name, value.0) };
        let request = DetectRequest {
            data: features.transform(table).map_err(TableError::from)?,
            detector_type: self.detector_type.unwrap_or_else(|| DETECTOR_TYPE.to_owned()),
            parameters: self.parameters.into_iter().map(named).collect(),
            pipeline: Pipeline {
                features,
                preprocessing: Preprocessing { scaling: self.scaling, missing: self.missing },
                cut,
                suppression: self.suppress,
                explain: self.explain,
            },
            seed: self.seed.unwrap_or(seed),
        };
        let is_pinned = request.detector_type.contains('@');
        let request = Arc::new(request);
        Ok(Asked { request, keep_data: self.keep_data, is_seeded, is_pinned })
    }
}

/// The rows of `body`: `given`, rows and perhaps names, if it is JSON.
pub(crate) fn read_rows(
    body: &RowsBody,
    wanted: Wanted<'_>,
    given: (Rows, Option<Vec<String>>),
    limits: &Limits,
) -> Result<Table, ApiError> {
    if let Some(table) = body.table(wanted, limits)? {
        return Ok(table);
    }
    let (rows, names) = given;
    let matrix = check_rows(rows, limits)?;
    let names = names.map(|names| check_names(names, matrix.columns(), limits)).transpose()?;
    Ok(Table { names, cells: Cells::Numbers(matrix) })
}

/// The rows as a matrix, within the bounds.
pub(crate) fn check_rows(rows: Rows, limits: &Limits) -> Result<Matrix, ApiError> {
    let most = limits.columns_max;
    if rows.columns > most {
        let message = format!("row 0 has more than {most} values, which is the limit of columns");
        return Err(ApiError::invalid("/data/0", message));
    }
    let matrix = Matrix::new(rows.columns, rows.values)?;
    let most = limits.rows_max;
    if matrix.rows() > most {
        let message = format!("there are more than {most} rows, which is the limit");
        return Err(ApiError::invalid("/data", message));
    }
    Ok(matrix)
}
