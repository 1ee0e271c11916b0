//! Between the nouns of the contract and those of `pynomaly-core`.

use crate::bindings::{contract, types};
use pynomaly_core::descriptor::is_name;
use pynomaly_core::{
    Descriptor, DetectorError, Kind, Matrix, NumberRange, ParameterSpec, Parameters, Task, Value,
};
use std::collections::BTreeSet;

/// `text`, cut to at most `longest` bytes and marked if anything is missing. A zero is none of its
/// characters: where texts are stored, there may be databases that take none.
pub(crate) fn cut_text(mut text: String, longest: usize) -> String {
    if text.contains('\0') {
        text = text.replace('\0', "\u{fffd}");
    }
    if text.len() > longest {
        let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push_str(" […]");
    }
    text
}

pub(crate) fn matrix(matrix: &Matrix) -> Result<types::Matrix<'_>, DetectorError> {
    let columns = u32::try_from(matrix.columns())
        .map_err(|_| DetectorError::InvalidInput("too many columns for a plugin".into()))?;
    Ok(types::Matrix { columns, values: matrix.values() })
}

pub(crate) fn parameters(parameters: &Parameters) -> Vec<(&str, types::ValueParam<'_>)> {
    parameters.iter().map(|(name, it)| (name, value(it))).collect()
}

fn value(value: &Value) -> types::ValueParam<'_> {
    match value {
        Value::Boolean(it) => types::ValueParam::Boolean(*it),
        Value::Integer(it) => types::ValueParam::Integer(*it),
        Value::Number(it) => types::ValueParam::Number(*it),
        Value::Text(it) => types::ValueParam::Text(it),
    }
}

pub(crate) fn error(error: types::Error, longest: usize) -> DetectorError {
    let cut = |text| cut_text(text, longest);
    match error {
        types::Error::InvalidParameter((name, message)) => {
            DetectorError::InvalidParameter { name: cut(name), message: cut(message) }
        }
        types::Error::InvalidInput(text) => DetectorError::InvalidInput(cut(text)),
        types::Error::InsufficientData(needed) => DetectorError::InsufficientData { needed },
        types::Error::BadState(text) => DetectorError::BadState(cut(text)),
        types::Error::Numerical(text) => DetectorError::Numerical(cut(text)),
        types::Error::Other(text) => DetectorError::Other(cut(text)),
    }
}

/// The descriptor, if it makes sense; otherwise what is wrong with it.
pub(crate) fn descriptor(given: contract::Descriptor) -> Result<Descriptor, String> {
    if !is_name(&given.name) {
        return Err(format!("the name {:?} is not 1 to 64 of a-z, 0-9 and _", given.name));
    }
    if !is_version(&given.version) {
        return Err(format!("the version {:?} is not of the form 1.2.3", given.version));
    }
    if given.minimum_rows == 0 {
        return Err("minimum-rows must be at least 1".into());
    }
    let parameters =
        given.parameters.into_iter().map(parameter).collect::<Result<Vec<_>, String>>()?;
    let mut names = BTreeSet::new();
    if let Some(twice) = parameters.iter().find(|parameter| !names.insert(&parameter.name)) {
        return Err(format!("the parameter `{}` is there twice", twice.name));
    }
    Ok(Descriptor {
        name: given.name,
        version: given.version,
        summary: given.summary,
        reference: given.reference,
        task: match given.task {
            contract::Task::Tabular => Task::Tabular,
            contract::Task::TimeSeries => Task::TimeSeries,
        },
        parameters,
        accepts_missing: given.accepts_missing,
        minimum_rows: given.minimum_rows,
        state_version: given.state_version,
        extra: given.extra,
    })
}

fn parameter(given: contract::Parameter) -> Result<ParameterSpec, String> {
    let contract::Parameter { name, kinds, default, doc } = given;
    if !is_name(&name) {
        return Err(format!("the parameter name {name:?} is not 1 to 64 of a-z, 0-9 and _"));
    }
    let kinds: Vec<_> = kinds.into_iter().map(kind).collect();
    if kinds.is_empty() {
        return Err(format!("the parameter `{name}` has no kind"));
    }
    let default = default.map(|value| match value {
        types::ValueResult::Boolean(it) => Value::Boolean(it),
        types::ValueResult::Integer(it) => Value::Integer(it),
        types::ValueResult::Number(it) => Value::Number(it),
        types::ValueResult::Text(it) => Value::Text(it),
    });
    let fits = |value: &Value| kinds.iter().any(|kind| kind.accept(value).is_some());
    if default.as_ref().is_some_and(|value| !fits(value)) {
        return Err(format!("the default of `{name}` fits none of its kinds"));
    }
    Ok(ParameterSpec { name, kinds, default, doc })
}

fn kind(given: contract::Kind) -> Kind {
    match given {
        contract::Kind::Boolean => Kind::Boolean,
        contract::Kind::Integer(range) => {
            Kind::Integer { minimum: range.minimum, maximum: range.maximum }
        }
        contract::Kind::Number(range) => Kind::Number(NumberRange {
            minimum: range.minimum,
            maximum: range.maximum,
            exclusive_minimum: range.exclusive_minimum,
            exclusive_maximum: range.exclusive_maximum,
        }),
        contract::Kind::Text(longest) => Kind::Text(longest),
        contract::Kind::Choice(choices) => Kind::Choice(choices),
    }
}

/// `1.2.3`, or `1.2.3-rc.1`.
fn is_version(text: &str) -> bool {
    let (numbers, pre) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let tail = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    text.len() <= 64
        && numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && pre.is_none_or(|pre| !pre.is_empty() && pre.bytes().all(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters_and_marked() {
        assert_eq!(cut_text("short".into(), 5), "short");
        assert_eq!(cut_text("naïve".into(), 3), "na […]");
        assert_eq!(cut_text("a\0b".into(), 5), "a\u{fffd}b");
    }

    #[test]
    fn versions() {
        for right in ["1.0.0", "10.2.33-rc.1"] {
            assert!(is_version(right), "{right}");
        }
        for wrong in ["", "1", "1.0", "1.0.x", "1.0.0-", "1.0.0.0", "../1.0.0"] {
            assert!(!is_version(wrong), "{wrong}");
        }
    }
}
