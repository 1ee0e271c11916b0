//! Typed reading of variables.

use super::{VARIABLES, Variable, file};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::str::FromStr;

/// Variables that start like this are ours: one that there is not is a slip of the pen.
const PREFIX: &str = "PYNOMALY_";
/// Those of `pynomaly plugin upload`: whoever uploads may start a server from the same shell.
const OF_UPLOADS: [&str; 2] = ["PYNOMALY_SERVER", "PYNOMALY_TOKEN"];

/// A variable that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Its value is wrong.
    #[error("{name} is {value}; it must be {expected}")]
    Value {
        /// The variable.
        name: &'static str,
        /// Its value, quoted; hidden where it is a secret.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// The file that is to hold its value is of no use.
    #[error("{name}_FILE names a file that {reason}")]
    File {
        /// The variable without `_FILE`.
        name: &'static str,
        /// What is wrong; neither the path, which may be the secret itself by mistake, nor the
        /// content.
        reason: String,
    },
    /// It is given twice.
    #[error("{0} and {0}_FILE are both set; it must be one of them")]
    Twice(&'static str),
    /// It can be used, but not served with in production.
    #[error("{name} {reason}")]
    Unsafe {
        /// The variable.
        name: &'static str,
        /// What is dangerous, and what would not be.
        reason: &'static str,
    },
    /// There is no such variable.
    #[error("{0} is set, and there is no such variable; docs/configuration.md lists them all")]
    Unknown(String),
}

impl ConfigError {
    /// The variable that is at fault, without `_FILE`.
    #[must_use]
    pub fn variable(&self) -> &str {
        match self {
            Self::Value { name, .. }
            | Self::File { name, .. }
            | Self::Unsafe { name, .. }
            | Self::Twice(name) => name,
            Self::Unknown(name) => name,
        }
    }
}

pub(super) struct Reader(HashMap<String, OsString>);

impl Reader {
    /// Takes the variables, and the secrets from their files; names that are not UTF-8 are not
    /// ours.
    pub(super) fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let named = |(name, value): (OsString, _)| {
            let name = name.into_string().ok()?;
            (!OF_UPLOADS.contains(&name.as_str())).then_some((name, value))
        };
        let variables: HashMap<_, _> = variables.into_iter().filter_map(named).collect();
        let unknown = variables.keys().filter(|name| name.starts_with(PREFIX) && !is_known(name));
        // The same one first in every run.
        let unknown = unknown.min();
        unknown.map_or(Ok(()), |name| Err(ConfigError::Unknown(name.clone())))?;
        let mut read = Self(variables);
        for variable in VARIABLES.iter().filter(|variable| variable.is_secret) {
            let Some(path) = read.given(&variable.file_name()) else { continue };
            if read.given(variable.name).is_some() {
                return Err(ConfigError::Twice(variable.name));
            }
            let secret = file::read(Path::new(path))
                .map_err(|reason| ConfigError::File { name: variable.name, reason })?;
            read.0.insert(variable.name.to_owned(), secret.into());
        }
        Ok(read)
    }

    /// What is set; an empty value counts as none.
    fn given(&self, name: &str) -> Option<&OsString> {
        self.0.get(name).filter(|value| !value.is_empty())
    }

    /// Whether anything is said of it.
    pub(super) fn is_given(&self, variable: &Variable) -> bool {
        self.given(variable.name).is_some()
    }

    /// The value or the default; `None` without either.
    pub(super) fn optional(&self, variable: &Variable) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.given(variable.name) else {
            return Ok(variable.default.map(str::to_owned));
        };
        let text = value.to_str().ok_or_else(|| self.wrong(variable, "valid UTF-8"))?;
        Ok(Some(text.to_owned()))
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

    /// As [`Self::integer`]; `None` where nothing is said.
    pub(super) fn optional_integer(
        &self,
        variable: &Variable,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, ConfigError> {
        self.optional(variable)?.map(|_| self.integer(variable, least, most)).transpose()
    }

    /// A number from `least` to `most`.
    pub(super) fn number(
        &self,
        variable: &Variable,
        least: f64,
        most: f64,
    ) -> Result<f64, ConfigError> {
        let expected = format!("a number from {least} to {most}");
        let number = self.parsed(variable, &expected)?;
        // NaN lies in no range.
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

    /// The error for the value that `variable` has; a secret is not shown.
    pub(super) fn wrong(&self, variable: &Variable, expected: &str) -> ConfigError {
        let value = match self.given(variable.name) {
            None => "not set".to_owned(),
            Some(_) if variable.is_secret => "not shown, because it may hold a secret".to_owned(),
            Some(value) => format!("{value:?}"),
        };
        ConfigError::Value { name: variable.name, value, expected: expected.to_owned() }
    }
}

/// Whether it is a variable, or names the file of one.
fn is_known(name: &str) -> bool {
    let is_file_of = |variable: &Variable| variable.is_secret && variable.file_name() == name;
    VARIABLES.iter().any(|variable| variable.name == name || is_file_of(variable))
}
