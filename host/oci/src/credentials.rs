use crate::limits::JSON_BYTES_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Who somebody is to a registry. The password shows up in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    username: String,
    password: String,
}

/// The docker config file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// Where it is.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no docker config. What is in there is not shown.
    #[error("{} is no docker config with `auths`, or has more than {JSON_BYTES_MAX} bytes", .0.display())]
    Form(PathBuf),
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

impl Credentials {
    /// A name and its password.
    #[must_use]
    pub fn new(username: String, password: String) -> Self {
        Self { username, password }
    }

    /// The value of `Authorization` (RFC 7617).
    pub(crate) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.username, self.password)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Credentials({}, …)", self.username)
    }
}

/// The docker config file: in the folder that `DOCKER_CONFIG` names, or else in `.docker` of the
/// home folder.
#[must_use]
pub fn config_file(docker_config: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    let folder = docker_config.map(Path::to_owned).or_else(|| Some(home?.join(".docker")));
    Some(folder?.join("config.json"))
}

/// What the docker config file `path` has for `registry`; `None` where it has nothing, or is not
/// there. Programs that keep credentials (`credsStore`, `credHelpers`) are not run.
///
/// # Errors
/// [`CredentialsError`].
pub fn from_config(path: &Path, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(CredentialsError::Read { path: path.to_owned(), source }),
    };
    let mut text = Vec::new();
    let most = u64::try_from(JSON_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(most)
        .read_to_end(&mut text)
        .map_err(|source| CredentialsError::Read { path: path.to_owned(), source })?;
    let form = || CredentialsError::Form(path.to_owned());
    let file: File = serde_json::from_slice(&text).map_err(|_| form())?;
    let mut entries = file.auths.iter();
    let Some((_, entry)) = entries.find(|(key, _)| host_of(key) == registry) else {
        return Ok(None);
    };
    entry.credentials().map_err(|()| form())
}

impl Entry {
    fn credentials(&self) -> Result<Option<Credentials>, ()> {
        if let (Some(username), Some(password)) = (&self.username, &self.password) {
            return Ok(Some(Credentials::new(username.clone(), password.clone())));
        }
        let Some(auth) = self.auth.as_ref().filter(|auth| !auth.is_empty()) else {
            return Ok(None);
        };
        let text = STANDARD.decode(auth).ok().and_then(|it| String::from_utf8(it).ok());
        let (username, password) = text.as_deref().and_then(|it| it.split_once(':')).ok_or(())?;
        Ok(Some(Credentials::new(username.to_owned(), password.to_owned())))
    }
}

/// Keys are hosts, and now and then addresses.
fn host_of(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    key.split('/').next().unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, registry: &str) -> Result<Option<Credentials>, CredentialsError> {
        let path = std::env::temp_dir().join(format!(
            "pynomaly-docker-config-{}-{}.json",
            std::process::id(),
            crate::Digest::of(text.as_bytes())
        ));
        std::fs::write(&path, text).unwrap();
        let found = from_config(&path, registry);
        std::fs::remove_file(path).unwrap();
        found
    }

    #[test]
    fn docker_config_has_credentials_by_registry() {
        let ada = Credentials::new("ada".into(), "se:cret".into());
        assert_eq!(format!("{ada:?}"), "Credentials(ada, …)");
        let ada = Some(ada);
        let auth = STANDARD.encode("ada:se:cret");
        let text = format!(r#"{{"auths": {{"a.example": {{"auth": "{auth}"}}}}, "x": 1}}"#);
        assert_eq!(check(&text, "a.example").unwrap(), ada);
        assert_eq!(check(&text, "b.example").unwrap(), None);
        let text =
            r#"{"auths": {"https://a.example:1/v2/": {"username": "ada", "password": "se:cret"}}}"#;
        assert_eq!(check(text, "a.example:1").unwrap(), ada);
        assert_eq!(check(r#"{"auths": {"a.example": {}}}"#, "a.example").unwrap(), None);
        assert_eq!(check("{}", "a.example").unwrap(), None);
        assert!(check("no JSON", "a.example").is_err());
        assert!(check(r#"{"auths": {"a.example": {"auth": "*"}}}"#, "a.example").is_err());
        assert_eq!(from_config(Path::new("/no/such/file"), "a.example").unwrap(), None);
    }
}
