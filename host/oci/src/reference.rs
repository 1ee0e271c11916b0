use crate::digest::{Digest, DigestError};
use crate::limits::REFERENCE_CHARS_MAX;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Characters of a tag.
const TAG_CHARS_MAX: usize = 128;

/// Where an artifact is: `HOST[:PORT]/NAME[:TAG][@sha256:…]`. There is no default registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It is very long.
    #[error("a reference has at most {REFERENCE_CHARS_MAX} characters")]
    Long,
    /// It names no registry.
    #[error("{0:?} names no registry; a reference is HOST[:PORT]/NAME[:TAG][@sha256:…]")]
    Registry(String),
    /// The name is none.
    #[error(
        "{0:?} is no name: parts of lower-case letters, digits and single . _ - between them, \
         separated by /"
    )]
    Repository(String),
    /// The tag is none.
    #[error("{0:?} is no tag: at most {TAG_CHARS_MAX} letters, digits, _ . -, not . or - first")]
    Tag(String),
    /// The digest is none.
    #[error(transparent)]
    Digest(#[from] DigestError),
    /// Neither tag nor digest.
    #[error("{0:?} needs a tag or a digest: NAME:TAG or NAME@sha256:…")]
    Neither(String),
}

impl Reference {
    /// `HOST` or `HOST:PORT`.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The name within the registry.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, where one is named.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest of the manifest, where one is named.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// Whether the registry is this very machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let host = host(&self.registry);
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.chars().count() > REFERENCE_CHARS_MAX {
            return Err(ReferenceError::Long);
        }
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest.parse()?)),
            None => (text, None),
        };
        let registry = named.split_once('/').filter(|(registry, _)| is_registry(registry));
        let (registry, rest) = registry.ok_or_else(|| ReferenceError::Registry(text.into()))?;
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (rest, None),
        };
        if !repository.split('/').all(is_part) {
            return Err(ReferenceError::Repository(repository.into()));
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag(tag.into()));
        }
        if tag.is_none() && digest.is_none() {
            return Err(ReferenceError::Neither(text.into()));
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.registry, self.repository)?;
        self.tag.as_ref().map_or(Ok(()), |tag| write!(out, ":{tag}"))?;
        self.digest.as_ref().map_or(Ok(()), |digest| write!(out, "@{digest}"))
    }
}

/// Without its port.
fn host(registry: &str) -> &str {
    match registry.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
        _ => registry,
    }
}

/// A word without a dot is a part of a name, unless it is `localhost` or has a port.
fn is_registry(text: &str) -> bool {
    let host = host(text);
    let port = text.get(host.len()..).unwrap_or_default();
    let is_port = port.strip_prefix(':').is_none_or(|port| port.parse::<u16>().is_ok());
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_name = |label: &str| {
        let is_inner = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
        !label.is_empty() && label.bytes().all(is_inner) && !label.starts_with('-')
    };
    let is_host = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(is_name),
    };
    is_host && is_port && (host.contains(['.', '[']) || host == "localhost" || !port.is_empty())
}

/// Letters and digits, with single separators between them; runs of `-` and `__` are one.
fn is_part(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let mut words = text.split(['.', '_', '-']);
    let has_ends = text.bytes().next().is_some_and(is_letter)
        && text.bytes().next_back().is_some_and(is_letter);
    let has_dots = text.contains("..") || text.contains("___");
    has_ends && !has_dots && words.all(|word| word.bytes().all(is_letter))
}

fn is_tag(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.bytes().next().is_some_and(is_word)
        && text.len() <= TAG_CHARS_MAX
        && text.bytes().all(|it| is_word(it) || it == b'.' || it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(String, String, Option<String>, bool), ReferenceError> {
        let reference: Reference = text.parse()?;
        assert_eq!(reference.to_string(), text);
        Ok((
            reference.registry().to_owned(),
            reference.repository().to_owned(),
            reference.tag().map(str::to_owned),
            reference.is_local(),
        ))
    }

    #[test]
    fn references_have_their_parts() {
        let digest = Digest::of(b"");
        for (text, registry, repository, tag, is_local) in [
            (
                "registry.example.com/acme/knn:1.2.0",
                "registry.example.com",
                "acme/knn",
                Some("1.2.0"),
                false,
            ),
            ("localhost:5000/knn:x", "localhost:5000", "knn", Some("x"), true),
            ("127.0.0.1:5000/a_b/c--d.e:x", "127.0.0.1:5000", "a_b/c--d.e", Some("x"), true),
            ("[::1]:5000/knn:x", "[::1]:5000", "knn", Some("x"), true),
            (&format!("registry:5000/knn@{digest}"), "registry:5000", "knn", None, false),
            (&format!("a.example/knn:x@{digest}"), "a.example", "knn", Some("x"), false),
            ("localhost.example.com/knn:x", "localhost.example.com", "knn", Some("x"), false),
        ] {
            let tag = tag.map(str::to_owned);
            let wanted = (registry.to_owned(), repository.to_owned(), tag, is_local);
            assert_eq!(check(text), Ok(wanted));
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "",
            "knn",
            "knn:1",
            "acme/knn:1",
            "a.example/knn",
            "a.example/Knn:1",
            "a.example/../knn:1",
            "a.example/a//b:1",
            "a.example/knn:",
            "a.example/knn:.1",
            "a.example/knn:1:2",
            "a.example/knn@sha256:12",
            "a.example/knn@md5:12",
            "user@a.example/knn:1",
            "https://a.example/knn:1",
            "a.example:99999/knn:1",
            "a.example/knn?x:1",
            "[::g]:1/knn:1",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        let long = format!("a.example/{}:1", "a".repeat(REFERENCE_CHARS_MAX));
        assert_eq!(check(&long), Err(ReferenceError::Long));
    }
}
