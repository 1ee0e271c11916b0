//! Typed parameters: what a table allows, what a caller gave, and the check between the two.

use std::collections::BTreeMap;
use std::fmt;

/// The value of one parameter.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
}

/// Bounds of a number; `None` means unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NumberRange {
    /// Least value.
    pub minimum: Option<f64>,
    /// Greatest value.
    pub maximum: Option<f64>,
    /// The minimum itself is not allowed.
    pub exclusive_minimum: bool,
    /// The maximum itself is not allowed.
    pub exclusive_maximum: bool,
}

/// What values a parameter takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number between two bounds, both inclusive.
    Integer {
        /// Least value.
        minimum: Option<i64>,
        /// Greatest value.
        maximum: Option<i64>,
    },
    /// A number within a range.
    Number(NumberRange),
    /// A text of at most this many bytes.
    Text(u32),
    /// A text out of these.
    Choice(Vec<String>),
}

/// One row of a parameter table.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSpec {
    /// The field's own name for it.
    pub name: String,
    /// The kinds a value may have; the first that fits counts.
    pub kinds: Vec<Kind>,
    /// The value where the caller says nothing; `None` where absence means something itself.
    pub default: Option<Value>,
    /// One sentence: meaning, unit, effect.
    pub doc: String,
}

/// Parameters that passed the check: every name known, every value in its kind and range,
/// defaults filled in, in the table's order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parameters(Vec<(String, Value)>);

/// Why a parameter was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The table has no such name.
    #[error("there is no parameter `{name}`; there are: {known}")]
    Unknown {
        /// The name that was given.
        name: String,
        /// The names of the table, for the message.
        known: String,
    },
    /// The value fits none of the parameter's kinds.
    #[error("`{name}` must be {expected}")]
    Invalid {
        /// The parameter's name.
        name: String,
        /// What would have been right.
        expected: String,
    },
}

impl Value {
    /// What the text looks like: `true`, `5`, `0.5`, or else a text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if let Ok(value) = text.parse() {
            Self::Boolean(value)
        } else if let Ok(value) = text.parse() {
            Self::Integer(value)
        } else if let Ok(value) = text.parse() {
            Self::Number(value)
        } else {
            Self::Text(text.to_owned())
        }
    }
}

impl ParameterError {
    /// The name of the parameter that was refused.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown { name, .. } | Self::Invalid { name, .. } => name,
        }
    }
}

impl Parameters {
    /// Checks `given` against `table` and fills in defaults.
    ///
    /// # Errors
    /// [`ParameterError`] for the first name that is unknown or value that does not fit.
    pub fn check(
        table: &[ParameterSpec],
        given: &BTreeMap<String, Value>,
    ) -> Result<Self, ParameterError> {
        if let Some(name) = given.keys().find(|name| !table.iter().any(|row| &row.name == *name)) {
            let known = table.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(ParameterError::Unknown { name: name.clone(), known });
        }
        let mut checked = Vec::with_capacity(table.len());
        for row in table {
            let value = match given.get(&row.name) {
                Some(value) => Some(row.accept(value)?),
                None => row.default.clone(),
            };
            checked.extend(value.map(|value| (row.name.clone(), value)));
        }
        Ok(Self(checked))
    }

    /// The value called `name`, if it was given or has a default.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// All names and values, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl ParameterSpec {
    /// `value` as the first of this parameter's kinds that it fits.
    fn accept(&self, value: &Value) -> Result<Value, ParameterError> {
        self.kinds.iter().find_map(|kind| kind.accept(value)).ok_or_else(|| {
            let expected = self.kinds.iter().map(ToString::to_string).collect::<Vec<_>>();
            ParameterError::Invalid { name: self.name.clone(), expected: expected.join(", or ") }
        })
    }
}

impl Kind {
    /// `value` in this kind, if it fits; a whole number also fits where any number does.
    #[must_use]
    pub fn accept(&self, value: &Value) -> Option<Value> {
        let fits = match (self, value) {
            (Self::Boolean, Value::Boolean(_)) => true,
            (Self::Integer { minimum, maximum }, Value::Integer(number)) => {
                minimum.is_none_or(|least| *number >= least)
                    && maximum.is_none_or(|greatest| *number <= greatest)
            }
            (Self::Number(range), Value::Number(number)) => range.contains(*number),
            #[expect(clippy::cast_precision_loss, reason = "a parameter, not an identifier")]
            (Self::Number(range), Value::Integer(number)) => {
                let number = *number as f64;
                return range.contains(number).then_some(Value::Number(number));
            }
            (Self::Text(longest), Value::Text(text)) => text.len() <= *longest as usize,
            (Self::Choice(choices), Value::Text(text)) => choices.contains(text),
            _ => false,
        };
        fits.then(|| value.clone())
    }
}

impl NumberRange {
    /// Whether `number` is finite and within the bounds.
    #[must_use]
    pub fn contains(&self, number: f64) -> bool {
        let above = self
            .minimum
            .is_none_or(|least| number > least || (number == least && !self.exclusive_minimum));
        let below = self
            .maximum
            .is_none_or(|most| number < most || (number == most && !self.exclusive_maximum));
        number.is_finite() && above && below
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(it) => write!(out, "{it}"),
            Self::Integer(it) => write!(out, "{it}"),
            Self::Number(it) => write!(out, "{it}"),
            Self::Text(it) => write!(out, "{it:?}"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => out.write_str("true or false"),
            Self::Integer { minimum, maximum } => {
                let [low, high] = [minimum, maximum].map(|bound| bound.map(|it| it.to_string()));
                write!(out, "a whole number{}", bounds(low, high, "[", "]"))
            }
            Self::Number(range) => {
                let [low, high] =
                    [range.minimum, range.maximum].map(|bound| bound.map(|it| it.to_string()));
                let open = if range.exclusive_minimum { "(" } else { "[" };
                let close = if range.exclusive_maximum { ")" } else { "]" };
                write!(out, "a number{}", bounds(low, high, open, close))
            }
            Self::Text(longest) => write!(out, "a text of at most {longest} bytes"),
            Self::Choice(choices) => write!(out, "one of \"{}\"", choices.join("\", \"")),
        }
    }
}

/// ` in [1, 5]`, or nothing where there is no bound.
fn bounds(low: Option<String>, high: Option<String>, open: &str, close: &str) -> String {
    if low.is_none() && high.is_none() {
        return String::new();
    }
    let (open, low) = low.map_or(("(", "-∞".to_owned()), |low| (open, low));
    let (high, close) = high.map_or(("∞".to_owned(), ")"), |high| (high, close));
    format!(" in {open}{low}, {high}{close}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<ParameterSpec> {
        let fraction = NumberRange {
            minimum: Some(0.0),
            maximum: Some(1.0),
            exclusive_minimum: true,
            ..NumberRange::default()
        };
        let kinds = vec![
            Kind::Choice(vec!["auto".into()]),
            Kind::Integer { minimum: Some(2), maximum: None },
            Kind::Number(fraction),
        ];
        let sampling = ParameterSpec {
            name: "max_samples".into(),
            kinds,
            default: Some(Value::Text("auto".into())),
            doc: String::new(),
        };
        let number = Kind::Number(NumberRange::default());
        let free = ParameterSpec {
            name: "p".into(),
            kinds: vec![number],
            default: None,
            doc: String::new(),
        };
        vec![sampling, free]
    }

    fn check(name: &str, value: Value) -> Result<Parameters, ParameterError> {
        Parameters::check(&table(), &BTreeMap::from([(name.to_owned(), value)]))
    }

    #[test]
    fn defaults_are_filled_in_and_absence_stays() {
        let parameters = Parameters::check(&table(), &BTreeMap::new()).unwrap();
        assert_eq!(parameters.get("max_samples"), Some(&Value::Text("auto".into())));
        assert_eq!(parameters.get("p"), None);
    }

    #[test]
    fn first_fitting_kind_counts() {
        for value in [Value::Integer(2), Value::Number(1.0), Value::Text("auto".into())] {
            assert_eq!(
                check("max_samples", value.clone()).unwrap().get("max_samples"),
                Some(&value)
            );
        }
        let one = check("max_samples", Value::Integer(1)).unwrap();
        assert_eq!(one.get("max_samples"), Some(&Value::Number(1.0)));
    }

    #[test]
    fn refusals_name_the_parameter_and_the_range() {
        let error = check("max_samples", Value::Number(0.0)).unwrap_err();
        let text = "`max_samples` must be one of \"auto\", or a whole number in [2, ∞), \
                    or a number in (0, 1]";
        assert_eq!(error.to_string(), text);
        assert!(check("p", Value::Number(f64::NAN)).is_err());
        assert!(check("p", Value::Boolean(true)).is_err());
        let unknown = check("q", Value::Integer(1)).unwrap_err();
        assert_eq!(unknown.to_string(), "there is no parameter `q`; there are: max_samples, p");
    }
}
