//! `NAME=VALUE` on the command line.

use crate::exit::Refused;
use pynomaly_core::Value;
use std::collections::BTreeMap;

/// The value becomes what it looks like: `true`, `5`, `0.5`, or else a text.
pub(crate) fn parse(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), Value::from_text(value)))
}

/// By name; a name given twice is refused rather than one of the two dropped.
pub(crate) fn collect(given: &[(String, Value)]) -> Result<BTreeMap<String, Value>, Refused> {
    let mut parameters = BTreeMap::new();
    for (name, value) in given {
        if parameters.insert(name.clone(), value.clone()).is_some() {
            return Err(Refused(format!("the parameter `{name}` is given twice")));
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_what_they_look_like() {
        let value = |text: &str| parse(text).unwrap().1;
        assert_eq!(value("a=true"), Value::Boolean(true));
        assert_eq!(value("a=5"), Value::Integer(5));
        assert_eq!(value("a=5.0"), Value::Number(5.0));
        assert_eq!(value("a=x=y"), Value::Text("x=y".into()));
        assert!(parse("a").is_err());
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        let twice = [("k".to_owned(), Value::Integer(1)), ("k".to_owned(), Value::Integer(2))];
        assert!(collect(&twice).is_err());
    }
}
