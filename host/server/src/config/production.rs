//! What no server serves with in production.

use super::{Config, ConfigError, Environment, Secret, Variable, variables as names};
use crate::auth::is_common_password;
use pynomaly_store::Location;

/// What templates, manuals and unset variables of templates leave in the place of a secret.
const PLACEHOLDERS: [&str; 10] = [
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "changeit",
    "your-",
    "your_",
    "example",
    "placeholder",
    "todo",
];
/// Passwords that databases are set up with.
const FACTORY_PASSWORDS: [&str; 7] =
    ["admin", "default", "postgres", "pynomaly", "redis", "root", "secret"];
/// The least number of different bytes in a key of 32: a random one has more but once in 10^30.
const KEY_BYTES_DIFFERENT_MIN: usize = 8;

impl Config {
    /// What makes these settings too dangerous to serve with in production; nothing elsewhere.
    /// Commands that do not serve, such as `pynomaly migrate`, do not ask.
    #[must_use]
    pub fn unsafe_in_production(&self) -> Vec<ConfigError> {
        if self.environment != Environment::Production {
            return Vec::new();
        }
        let mut found: Vec<_> = self.default_secrets().into_iter().map(default_secret).collect();
        let unsafe_because =
            |name: &Variable, reason| ConfigError::Unsafe { name: name.name, reason };
        if self.tls.is_none() && !self.listen.ip().is_loopback() && self.proxies.is_empty() {
            found.push(unsafe_because(&names::LISTEN, OPEN));
        }
        if self.plugin_policy.unsigned.split(',').any(names_nothing) {
            found.push(unsafe_because(&names::UNSIGNED_PLUGINS, NAMELESS));
        }
        let has_key = self.auth.jwt_secret.is_some() || self.auth.jwt_private_key.is_some();
        if matches!(self.database.location, Location::Postgres(_)) && !has_key {
            found.push(unsafe_because(&names::JWT_SECRET, OF_ITS_OWN));
        }
        found
    }

    /// The variables whose secret is one that everybody knows.
    fn default_secrets(&self) -> Vec<&'static Variable> {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|it| it.0.clone());
        let database = match &self.database.location {
            Location::Postgres(url) => Some(url.as_str()),
            Location::Sqlite(_) => None,
        };
        let redis = self.redis.as_ref().map(|redis| redis.url.as_str());
        let given: [(&'static Variable, Option<String>); 6] = [
            (&names::JWT_SECRET, text(&self.auth.jwt_secret)),
            (&names::JWT_SECRET_PREVIOUS, text(&self.auth.jwt_secret_previous)),
            (&names::ADMIN_PASSWORD, text(&self.auth.admin_password)),
            (&names::DATABASE_URL, database.and_then(password).map(str::to_owned)),
            (&names::REDIS_URL, redis.and_then(password).map(str::to_owned)),
            (&names::OIDC_CLIENT_SECRET, self.oidc.as_ref().map(|it| it.client_secret.0.clone())),
        ];
        let mut found: Vec<_> = given
            .into_iter()
            .filter_map(|(name, secret)| is_default(&secret?).then_some(name))
            .collect();
        let keys = self.encryption_key.as_ref().map(|keys| keys.0.split(',').any(is_weak_key));
        found.extend(keys.unwrap_or(false).then_some(&names::ENCRYPTION_KEY));
        found
    }
}

const OPEN: &str = "is reachable from other machines, and PYNOMALY_TRUSTED_PROXIES names no proxy \
                    in front of it: passwords would cross the network in plain HTTP; it must be an \
                    address of this machine alone, like 127.0.0.1:8000, or the proxy must be named";
const NAMELESS: &str = "lets plugins of any name serve without a signature; it must name them, \
                        like knn,acme_*";
const OF_ITS_OWN: &str = "is not set, and servers share the database: each would sign with a secret \
                          of its own, which the others refuse; `openssl rand -hex 32` prints one";
const KNOWN_TO_ALL: &str = "is a default or a placeholder that everybody knows; \
                            `openssl rand -hex 32` prints a secret";

fn default_secret(variable: &Variable) -> ConfigError {
    ConfigError::Unsafe { name: variable.name, reason: KNOWN_TO_ALL }
}

/// Whether a pattern of names says no character of them.
fn names_nothing(pattern: &str) -> bool {
    pattern.contains('*') && !pattern.contains(|it: char| it.is_ascii_alphanumeric())
}

fn is_default(secret: &str) -> bool {
    let secret = secret.to_ascii_lowercase();
    FACTORY_PASSWORDS.contains(&secret.as_str())
        || PLACEHOLDERS.iter().any(|part| secret.contains(part))
        || is_common_password(&secret)
}

/// Whether a key, which is hexadecimal or base64, was typed rather than drawn.
fn is_weak_key(text: &str) -> bool {
    let Some(key) = crate::vault::key(text.trim()) else { return false };
    let mut bytes = key.to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len() < KEY_BYTES_DIFFERENT_MIN
}

/// The password of `SCHEME://USER:PASSWORD@…`.
fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    let (_, password) = user.split_once(':')?;
    (!password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_what_stands_between_colon_and_host() {
        for (url, expected) in [
            ("postgres://p:a:b@c@db:5432/p?x=@", Some("a:b@c")),
            ("redis://:pw@redis:6379/0", Some("pw")),
            ("postgres://p@db/p", None),
            ("postgres://p:@db/p", None),
            ("postgres://db:5432/p", None),
        ] {
            assert_eq!(password(url), expected, "{url}");
        }
    }

    #[test]
    fn defaults_are_known_and_drawn_secrets_pass() {
        for known in ["postgres", "ChangeMe123!", "your-secret-key-of-32-characters", "Password123"]
        {
            assert!(is_default(known), "{known}");
        }
        for drawn in ["6ab0e1ca9a3d", "correct horse battery staple", "c0c5f7a1b2d3948576e8f9"] {
            assert!(!is_default(drawn), "{drawn}");
        }
        assert!(is_weak_key(&"07".repeat(32)));
        let drawn = "8f0c1d3b5a79e2468acf13579bdf02468ace13579bdf2468ace013579bdf0246";
        assert!(!is_weak_key(drawn));
    }
}
