//! Verdicts on tables.

use super::{Verdict, refused, verdict};
use crate::problem::Fault;
use crate::table::TableError;
use axum::http::StatusCode;
use pynomaly_core::preprocessing::{EncodingError, FeaturesError};

pub(super) fn table(error: &TableError) -> Verdict {
    let fault = Fault::new(error.pointer(), error.to_string());
    match error {
        TableError::Syntax { .. } => {
            verdict(StatusCode::BAD_REQUEST, "table_syntax", "Not a table").at(fault)
        }
        TableError::Features(error) => features(error),
        _ => verdict(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", "Invalid body").at(fault),
    }
}

fn features(error: &FeaturesError) -> Verdict {
    let message = error.to_string();
    match error {
        FeaturesError::Name { column, .. } | FeaturesError::Kind { column, .. } => {
            refused("wrong_column", format!("/columns/{column}"), message)
        }
        FeaturesError::Columns { .. } => refused("wrong_column", "/columns", message),
        FeaturesError::Encoding(EncodingError::TooManyCategories { .. }) => {
            refused("too_many_categories", "/categories", message)
        }
        FeaturesError::Encoding(_) => refused("too_many_values", "/categories", message),
        FeaturesError::Matrix(_) => refused("invalid_data", "/data", message),
    }
}
