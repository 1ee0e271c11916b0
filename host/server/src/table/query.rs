//! What is asked beside a table, out of the query: the fields of the JSON body by their names.

use crate::error::ApiError;
use crate::problem::pointer_to;
use axum::extract::Query;
use axum::http::Uri;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Fields that are the body itself, or that it has with it.
pub(super) const BODY: [&str; 2] = ["data", "columns"];
/// Fields that are texts, also where they look like a number.
const TEXTS: [&str; 5] = ["name", "detector_type", "scaling", "missing", "categories"];
/// Fields that are JSON objects.
const OBJECTS: [&str; 2] = ["parameters", "suppress"];

/// The body that says what the query of `uri` says; its `data` has no rows.
pub(super) fn parse<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let Query(pairs) = pairs.map_err(|error| ApiError::Query(error.body_text()))?;
    let mut fields = Map::new();
    for (name, text) in pairs {
        if BODY.contains(&name.as_str()) {
            return Err(ApiError::invalid(pointer_to(&name), "the body says that"));
        }
        let value = value(&name, text)?;
        if fields.insert(name.clone(), value).is_some() {
            return Err(ApiError::invalid(pointer_to(&name), "stands twice in the query"));
        }
    }
    fields.insert("data".into(), Value::Array(Vec::new()));
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let pointer = crate::body::pointer(error.path());
        ApiError::invalid(pointer, error.into_inner().to_string())
    })
}

/// What a field says: JSON where it can be that, else a text.
fn value(name: &str, text: String) -> Result<Value, ApiError> {
    if TEXTS.contains(&name) {
        return Ok(Value::String(text));
    }
    match serde_json::from_str(&text) {
        Ok(value) => Ok(value),
        Err(error) if OBJECTS.contains(&name) => {
            Err(ApiError::invalid(pointer_to(name), format!("must be a JSON object: {error}")))
        }
        Err(_) => Ok(Value::String(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::detect::DetectBody;

    fn parsed(query: &str) -> Result<DetectBody, String> {
        let uri = format!("/api/v1/detect?{query}").parse().unwrap();
        parse(&uri).map_err(|error: ApiError| error.to_string())
    }

    #[test]
    fn fields_are_those_of_the_json_body() {
        let query = "detector_type=knn&parameters=%7B%22n_neighbors%22%3A5%7D&seed=7&explain=true\
                     &contamination=0.05&scaling=robust&suppress=%7B%22absolute%22%3A1%7D";
        let body = parsed(query).unwrap();
        assert_eq!(body.detector_type.as_deref(), Some("knn"));
        assert_eq!((body.seed, body.explain, body.contamination), (Some(7), true, Some(0.05)));
        assert_eq!(body.parameters.len(), 1);
        assert!(parsed("threshold=auto").unwrap().threshold.is_some());
        assert!(parsed("threshold=0.5&detector_type=7").unwrap().threshold.is_some());
    }

    #[test]
    fn wrong_fields_are_named() {
        let refusal = |query: &str| parsed(query).map(|_| ()).unwrap_err();
        for (query, expected) in [
            ("seed=-1", "/seed: invalid value: integer `-1`, expected u64"),
            ("seed=x", "/seed: invalid type: string \"x\", expected u64"),
            ("seed=1&seed=2", "/seed: stands twice in the query"),
            ("data=1", "/data: the body says that"),
            ("columns=a", "/columns: the body says that"),
            ("parameters=5", "/parameters: invalid type: integer `5`, expected a map"),
        ] {
            assert_eq!(refusal(query), expected);
        }
        assert!(refusal("trees=5").contains("unknown field `trees`"));
        assert!(refusal("parameters=x").starts_with("/parameters: must be a JSON object"));
        assert!(refusal("scaling=x").contains("unknown variant `x`"));
        assert!(refusal("threshold=best").starts_with("/threshold: "));
    }
}
