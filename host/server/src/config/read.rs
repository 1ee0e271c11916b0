//! Typed reading of variables.

use super::Variable;
use std::ffi::OsString;
use std::str::FromStr;

/// A variable whose value cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value}; it must be {expected}")]
pub struct ConfigError {
    /// The variable.
    pub name: &'static str,
    /// Its value, quoted; hidden where it is a secret.
    pub value: String,
    /// What would be right.
    pub expected: String,
}

pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { lookup }
    }

    /// The value or the default; `None` without either. An empty value counts as none.
    pub(super) fn optional(&self, variable: &Variable) -> Result<Option<String>, ConfigError> {
        let Some(value) = (self.lookup)(variable.name).filter(|value| !value.is_empty()) else {
            return Ok(variable.default.map(str::to_owned));
        };
        value.into_string().map(Some).map_err(|value| ConfigError {
            name: variable.name,
            value: format!("{value:?}"),
            expected: "valid UTF-8".into(),
        })
    }

    pub(super) fn text(&self, variable: &Variable) -> Result<String, ConfigError> {
        self.optional(variable)?.ok_or_else(|| self.wrong(variable, "set"))
    }

    pub(super) fn parsed<T: FromStr>(
        &self,
        variable: &Variable,
        expected: &str,
    ) -> Result<T, ConfigError> {
        self.text(variable)?.parse().map_err(|_| self.wrong(variable, expected))
    }

    pub(super) fn integer(
        &self,
        variable: &Variable,
        least: u64,
        most: u64,
    ) -> Result<u64, ConfigError> {
        let expected = format!("a whole number from {least} to {most}");
        let number = self.parsed(variable, &expected)?;
        if (least..=most).contains(&number) {
            Ok(number)
        } else {
            Err(self.wrong(variable, &expected))
        }
    }

    pub(super) fn boolean(&self, variable: &Variable) -> Result<bool, ConfigError> {
        self.choice(variable, &[("true", true), ("false", false), ("1", true), ("0", false)])
    }

    /// The value that belongs to the word, whatever its case.
    pub(super) fn choice<T: Copy>(
        &self,
        variable: &Variable,
        choices: &[(&str, T)],
    ) -> Result<T, ConfigError> {
        let word = self.text(variable)?;
        let chosen = choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(&word));
        chosen.map(|(_, value)| *value).ok_or_else(|| {
            let names = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>();
            self.wrong(variable, &format!("one of {}", names.join(", ")))
        })
    }

    /// The error for the value that `variable` has.
    pub(super) fn wrong(&self, variable: &Variable, expected: &str) -> ConfigError {
        let value = (self.lookup)(variable.name);
        let value = value.map_or("not set".to_owned(), |value| format!("{value:?}"));
        ConfigError { name: variable.name, value, expected: expected.to_owned() }
    }

    /// The same without showing the value.
    #[expect(clippy::unused_self, reason = "stands beside `wrong`")]
    pub(super) fn wrong_secret(&self, variable: &Variable, expected: &str) -> ConfigError {
        let value = "too weak to show".to_owned();
        ConfigError { name: variable.name, value, expected: expected.to_owned() }
    }
}
