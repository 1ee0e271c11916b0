//! A configuration looked at as a whole, without starting anything.

use super::{Config, ConfigError, Environment, VARIABLES, Variable};
use pynomaly_store::Location;
use std::collections::{HashMap, HashSet};
use std::ffi::OsString;

/// What [`Config::check`] found.
#[derive(Debug)]
pub struct Checked {
    /// Every variable there is, in the order of the documentation.
    pub settings: Vec<Setting>,
    /// What the server refuses to start with.
    pub errors: Vec<ConfigError>,
    /// What it starts with, and what is a risk in production all the same.
    pub warnings: Vec<&'static str>,
}

/// One variable as it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// Its value; `None` where nothing is set, hidden where it is a secret.
    pub value: Option<String>,
    /// Where the value is from.
    pub source: Source,
}

/// Where a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nothing is said.
    Default,
    /// The variable.
    Environment,
    /// The file that `NAME_FILE` names.
    File,
}

impl Config {
    /// Looks at these names and values as [`Self::from_variables`] does, but goes on after an
    /// error, until a variable is missing that another one needs.
    #[must_use]
    pub fn check(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Checked {
        let mut left: HashMap<_, _> = variables.into_iter().collect();
        let settings = VARIABLES.iter().map(|variable| setting(variable, &left)).collect();
        let (mut errors, mut seen) = (Vec::new(), HashSet::new());
        loop {
            match Self::from_variables(left.clone()) {
                Ok(config) => return Checked { settings, errors, warnings: warnings(&config) },
                Err(error) => {
                    let name = error.variable().to_owned();
                    left.remove(&OsString::from(&name));
                    left.remove(&OsString::from(format!("{name}_FILE")));
                    // An error of what is not set stays, whatever else is left out.
                    if !seen.insert(name) {
                        return Checked { settings, errors, warnings: Vec::new() };
                    }
                    errors.push(error);
                }
            }
        }
    }
}

fn setting(variable: &Variable, given: &HashMap<OsString, OsString>) -> Setting {
    let get = |name: &str| given.get(&OsString::from(name)).filter(|value| !value.is_empty());
    let value = get(variable.name);
    let file = variable.is_secret.then(|| get(&variable.file_name())).flatten();
    let (value, source) = match (value, file) {
        (None, None) => (variable.default.map(str::to_owned), Source::Default),
        (None, Some(_)) => (Some("(hidden)".to_owned()), Source::File),
        (Some(_), _) if variable.is_secret => (Some("(hidden)".to_owned()), Source::Environment),
        (Some(value), _) => (Some(value.to_string_lossy().into_owned()), Source::Environment),
    };
    Setting { name: variable.name, value, source }
}

fn warnings(config: &Config) -> Vec<&'static str> {
    if config.environment != Environment::Production {
        return Vec::new();
    }
    let is_shared = matches!(config.database.location, Location::Postgres(_));
    let has_key = config.auth.jwt_secret.is_some() || config.auth.jwt_private_key.is_some();
    let is_open =
        config.tls.is_none() && !config.listen.ip().is_loopback() && config.proxies.is_empty();
    [
        (
            !config.plugin_policy.unsigned.is_empty(),
            "PYNOMALY_UNSIGNED_PLUGINS is set: whoever may upload a plugin of such a name has it \
             serve without a signature",
        ),
        (
            is_open,
            "PYNOMALY_LISTEN is reachable from elsewhere, and neither PYNOMALY_TLS_CERTIFICATE nor \
             PYNOMALY_TRUSTED_PROXIES is set: \
             without a proxy in front, passwords cross the network in plain HTTP; with one, all \
             who are not logged in share its address",
        ),
        (
            is_shared && !has_key,
            "JWT_SECRET is not set and the database is Postgres: a token of one server is not \
             good at another",
        ),
        (
            config.encryption_key.is_none(),
            "ENCRYPTION_KEY is not set: there is no second factor, and no OpenID Connect",
        ),
    ]
    .into_iter()
    .filter_map(|(is_so, words)| is_so.then_some(words))
    .collect()
}
