//! What a body says of the steps around the detector, and how it is described.

use pynomaly_core::preprocessing::Encoding;
use pynomaly_core::threshold::AutoThreshold;
use pynomaly_engine::Cut;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::json;
use std::fmt;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, Type,
};

/// A number, or the name of a method that finds one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ThresholdBody(pub(crate) Cut);

impl<'de> Deserialize<'de> for ThresholdBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ThresholdVisitor).map(Self)
    }
}

/// What becomes of columns of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Categories {
    #[default]
    Error,
    Onehot,
    Frequency,
}

impl Categories {
    /// `None` where there may be no texts.
    pub(crate) fn encoding(self) -> Option<Encoding> {
        match self {
            Self::Error => None,
            Self::Onehot => Some(Encoding::Onehot),
            Self::Frequency => Some(Encoding::Frequency),
        }
    }
}

struct ThresholdVisitor;

impl Visitor<'_> for ThresholdVisitor {
    type Value = Cut;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a number or one of {}", AutoThreshold::NAMES.join(", "))
    }

    #[expect(clippy::cast_precision_loss, reason = "a score")]
    fn visit_i64<E>(self, score: i64) -> Result<Cut, E> {
        Ok(Cut::Threshold(score as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "a score")]
    fn visit_u64<E>(self, score: u64) -> Result<Cut, E> {
        Ok(Cut::Threshold(score as f64))
    }

    fn visit_f64<E>(self, score: f64) -> Result<Cut, E> {
        Ok(Cut::Threshold(score))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cut, E> {
        name.parse().map(Cut::Auto).map_err(E::custom)
    }
}

pub(crate) fn threshold_schema() -> Schema {
    let score = ObjectBuilder::new().schema_type(Type::Number);
    OneOfBuilder::new()
        .item(score)
        .item(choice(&AutoThreshold::NAMES, None))
        .description(Some(
            "The score above which a row is an anomaly, instead of `contamination`; or how it \
             follows from the training scores: `auto:iqr`, `auto:mad`, `auto:pot`; `auto` is \
             `auto:iqr`.",
        ))
        .examples([json!("auto")])
        .build()
        .into()
}

pub(crate) fn scaling_schema() -> Object {
    let about = "What becomes of the columns' scales before the detector sees them; `none` if not \
                 given.";
    choice(&["none", "standard", "robust", "minmax"], Some(about))
}

pub(crate) fn missing_schema() -> Object {
    let about = "What becomes of missing values, `null`: `error` refuses them unless the detector \
                 takes them; `impute_median` puts the median of the training column in their \
                 place. `error` if not given.";
    choice(&["error", "impute_median"], Some(about))
}

pub(crate) fn categories_schema() -> Object {
    let about = "What becomes of columns of texts in CSV, NDJSON or Arrow: `error` refuses them; \
                 `onehot` makes a column of 0 and 1 of each category; `frequency` the share of \
                 training rows of the same category. A missing text is a category of its own; one \
                 that the training had not is 0. `error` if not given.";
    choice(&["error", "onehot", "frequency"], Some(about))
}

pub(crate) fn columns_schema() -> Array {
    let name = ObjectBuilder::new().schema_type(Type::String);
    ArrayBuilder::new()
        .items(name)
        .description(Some(
            "What the columns are called, one name for each; other formats bring their names \
             along. They are recorded, and a model refuses rows whose columns have other names or \
             another order than its training rows.",
        ))
        .examples([json!(["temperature", "pressure"])])
        .build()
}

fn choice(names: &[&str], about: Option<&str>) -> Object {
    let names: Vec<_> = names.iter().copied().map(serde_json::Value::from).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .description(about)
        .build()
}

pub(crate) fn suppress_schema() -> Object {
    let size = || ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0.0));
    let each: Array = ArrayBuilder::new().items(size()).build();
    let sizes =
        |about: &str| OneOfBuilder::new().item(size()).item(each.clone()).description(Some(about));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("absolute", sizes("In the columns' own units; one for all columns, or one each."))
        .property("relative", sizes("In parts of the median's magnitude, likewise."))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .description(Some(
            "Deviations too small to be anomalies: a row is none where every value is within the \
             absolute or the relative size of its column's training median.",
        ))
        .examples([json!({"absolute": 0.5, "relative": 0.02})])
        .build()
}
