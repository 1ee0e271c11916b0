//! How a registry says what it wants to know (`WWW-Authenticate`, RFC 7235).

/// What it wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// Name and password.
    Basic,
    /// A token that is to be had from `realm`.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// The first challenge in `header` that can be met.
pub(super) fn parse(header: &str) -> Option<Challenge> {
    let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let (mut realm, mut service, mut scope) = (None, None, None);
    let mut rest = rest.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let (value, after) = value(after)?;
        match name.trim().to_ascii_lowercase().as_str() {
            "realm" => realm = Some(value),
            "service" => service = Some(value),
            "scope" => scope = Some(value),
            _ => {}
        }
        rest = after.trim_start().strip_prefix(',').unwrap_or_default().trim_start();
    }
    Some(Challenge::Bearer { realm: realm?, service, scope })
}

/// A token or a quoted text, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, after) = text.split_at_checked(end)?;
        return Some((value.trim().to_owned(), after));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        assert_eq!(parse("Basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(parse("basic"), Some(Challenge::Basic));
        let bearer = |service: Option<&str>, scope: Option<&str>| {
            let realm = "https://a.example/token".to_owned();
            let (service, scope) = (service.map(str::to_owned), scope.map(str::to_owned));
            Some(Challenge::Bearer { realm, service, scope })
        };
        let text = r#"Bearer realm="https://a.example/token",service="a \"b\"", scope="repository:x:pull,push",error=y"#;
        assert_eq!(parse(text), bearer(Some("a \"b\""), Some("repository:x:pull,push")));
        assert_eq!(parse("bearer realm=https://a.example/token"), bearer(None, None));
        for text in ["", "Bearer", "Bearer realm=\"x", "Digest realm=\"x\"", "Bearer x=y"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
