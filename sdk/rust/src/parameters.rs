//! Typed parameters: the table a detector shows, and the values it gets.

use crate::Error;

/// The value of one parameter.
#[derive(Debug, Clone, PartialEq)]
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

/// What values a parameter takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds, both inclusive.
    Integer(Option<i64>, Option<i64>),
    /// A number within bounds.
    Number(Bounds<f64>),
    /// A text of at most this many bytes.
    Text(u32),
    /// A text out of these.
    Choice(Vec<String>),
}

/// Bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds<T> {
    /// Least value.
    pub minimum: Option<T>,
    /// Greatest value.
    pub maximum: Option<T>,
    /// The minimum itself is not allowed.
    pub exclusive_minimum: bool,
    /// The maximum itself is not allowed.
    pub exclusive_maximum: bool,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Its value where the caller says nothing.
    pub default: Option<Value>,
    /// One sentence.
    pub doc: &'static str,
}

/// A struct of parameters. Derive it: each field is a parameter, its doc comment the
/// parameter's, `#[parameter(default = …, range = …)]` its default and bounds. A field without
/// default is an `Option`. `exclusive_minimum` takes the lower bound out of the range.
pub trait Parameters: Sized {
    /// The table, in the order of the fields.
    fn table() -> Vec<Parameter>;

    /// Takes the given values, and defaults for the rest.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for an unknown name, a wrong type or a value out of range.
    fn parse(given: Vec<(String, Value)>) -> Result<Self, Error>;
}

impl Parameters for () {
    fn table() -> Vec<Parameter> {
        Vec::new()
    }

    fn parse(given: Vec<(String, Value)>) -> Result<Self, Error> {
        Given::new(given).finish()
    }
}

/// A type that a parameter can have: `bool`, `i64`, `u32`, `f64`, `String`, an enum that derives
/// `Choice`, or an `Option` of these.
pub trait Typed: Sized {
    /// The kind of its values within `bounds`, which only numbers heed.
    fn kind(bounds: Bounds<f64>) -> Kind;

    /// From a value of that kind.
    fn from_value(value: Value) -> Option<Self>;

    /// To a value of that kind; `None` where it stands for absence.
    fn into_value(self) -> Option<Value>;
}

impl Typed for bool {
    fn kind(_: Bounds<f64>) -> Kind {
        Kind::Boolean
    }

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Boolean(it) = value { Some(it) } else { None }
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::Boolean(self))
    }
}

impl Typed for i64 {
    #[expect(clippy::cast_possible_truncation, reason = "bounds are small whole numbers")]
    fn kind(bounds: Bounds<f64>) -> Kind {
        Kind::Integer(bounds.minimum.map(|it| it as Self), bounds.maximum.map(|it| it as Self))
    }

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Integer(it) = value { Some(it) } else { None }
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::Integer(self))
    }
}

impl Typed for u32 {
    fn kind(bounds: Bounds<f64>) -> Kind {
        let minimum = bounds.minimum.or(Some(0.0));
        i64::kind(Bounds {
            minimum,
            maximum: bounds.maximum.or(Some(f64::from(Self::MAX))),
            ..bounds
        })
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value)?.try_into().ok()
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::Integer(self.into()))
    }
}

impl Typed for f64 {
    fn kind(bounds: Bounds<f64>) -> Kind {
        Kind::Number(bounds)
    }

    #[expect(clippy::cast_precision_loss, reason = "a whole number given for a number")]
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Number(it) => Some(it),
            Value::Integer(it) => Some(it as Self),
            _ => None,
        }
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::Number(self))
    }
}

/// Bytes of a text parameter.
const TEXT_BYTES_MAX: u32 = 1024;

impl Typed for String {
    fn kind(_: Bounds<f64>) -> Kind {
        Kind::Text(TEXT_BYTES_MAX)
    }

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Text(it) = value { Some(it) } else { None }
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::Text(self))
    }
}

impl<T: Typed> Typed for Option<T> {
    fn kind(bounds: Bounds<f64>) -> Kind {
        T::kind(bounds)
    }

    fn from_value(value: Value) -> Option<Self> {
        T::from_value(value).map(Some)
    }

    fn into_value(self) -> Option<Value> {
        self.and_then(Typed::into_value)
    }
}

/// The values a caller gave, while they are being taken.
#[derive(Debug)]
pub struct Given(Vec<(String, Value)>);

impl Given {
    /// All of them.
    #[must_use]
    pub fn new(given: Vec<(String, Value)>) -> Self {
        Self(given)
    }

    /// Takes the value of `parameter`, or its default.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where the value does not fit, or where there is none.
    pub fn take<T: Typed>(&mut self, parameter: &Parameter) -> Result<Option<T>, Error> {
        let place = self.0.iter().position(|(name, _)| name == parameter.name);
        let given =
            place.map(|place| self.0.swap_remove(place).1).or_else(|| parameter.default.clone());
        let Some(value) = given else { return Ok(None) };
        if !parameter.kind.contains(&value) {
            return Err(parameter.refuse("is out of range"));
        }
        T::from_value(value).map(Some).ok_or_else(|| parameter.refuse("has the wrong type"))
    }

    /// Ends the taking.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where a value is left that no field asked for.
    pub fn finish(self) -> Result<(), Error> {
        match self.0.into_iter().next() {
            Some((name, _)) => {
                Err(Error::InvalidParameter { name, message: "is unknown".to_owned() })
            }
            None => Ok(()),
        }
    }
}

impl Parameter {
    /// [`Error::InvalidParameter`] about this one.
    #[must_use]
    pub fn refuse(&self, message: &str) -> Error {
        Error::InvalidParameter { name: self.name.to_owned(), message: message.to_owned() }
    }
}

impl Kind {
    /// Whether `value` is of this kind and within its bounds.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Boolean, Value::Boolean(_)) => true,
            (Self::Integer(low, high), Value::Integer(it)) => {
                low.is_none_or(|low| *it >= low) && high.is_none_or(|high| *it <= high)
            }
            (Self::Number(bounds), Value::Number(it)) => bounds.contains(*it),
            #[expect(clippy::cast_precision_loss, reason = "a whole number given for a number")]
            (Self::Number(bounds), Value::Integer(it)) => bounds.contains(*it as f64),
            (Self::Text(longest), Value::Text(text)) => text.len() <= *longest as usize,
            (Self::Choice(choices), Value::Text(text)) => choices.contains(text),
            _ => false,
        }
    }
}

impl Bounds<f64> {
    fn contains(&self, it: f64) -> bool {
        let above =
            self.minimum.is_none_or(|low| it > low || (it == low && !self.exclusive_minimum));
        let below =
            self.maximum.is_none_or(|high| it < high || (it == high && !self.exclusive_maximum));
        it.is_finite() && above && below
    }
}
