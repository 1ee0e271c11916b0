//! `Cache-Control`, theirs and ours, and `Age` (RFC 9111).

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use std::time::Duration;

/// What a client says of answers that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Freshness {
    /// How old one may be; `None` for whatever the server finds fresh.
    age_max: Option<Duration>,
    /// Whether this one may be kept.
    pub(crate) may_keep: bool,
}

/// What an answer has to do with those that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cached {
    /// Nothing.
    No,
    /// It is kept.
    Kept,
    /// It was, for so long.
    Hit(Duration),
}

impl Freshness {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut freshness = Self { age_max: None, may_keep: true };
        let values = headers.get_all(header::CACHE_CONTROL).iter();
        let directives = values.filter_map(|value| value.to_str().ok());
        for directive in directives.flat_map(|value| value.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-cache" => freshness.age_max = Some(Duration::ZERO),
                "no-store" => freshness = Self { age_max: Some(Duration::ZERO), may_keep: false },
                "max-age" => {
                    // What is no number counts as 0: the client wants something fresh.
                    let seconds = value.trim().trim_matches('"').parse().unwrap_or_default();
                    let asked = Duration::from_secs(seconds);
                    let so_far = freshness.age_max.unwrap_or(asked);
                    freshness.age_max = Some(so_far.min(asked));
                }
                _ => {}
            }
        }
        freshness
    }

    /// Whether an answer of that age will do.
    pub(crate) fn permits(self, age: Duration) -> bool {
        self.age_max.is_none_or(|age_max| age < age_max)
    }
}

impl Cached {
    /// Tells the client; an answer is kept for `age_max`.
    pub(crate) fn tell(self, mut response: Response, age_max: Duration) -> Response {
        let age = match self {
            Self::No => return response,
            Self::Kept => None,
            Self::Hit(age) => Some(age),
        };
        let text = format!("private, max-age={}", age_max.as_secs());
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(header::CACHE_CONTROL, value);
        }
        if let Some(age) = age {
            response.headers_mut().insert(header::AGE, age.as_secs().into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freshness(value: &'static str) -> Freshness {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
        Freshness::of(&headers)
    }

    #[test]
    fn directives_mean_what_the_standard_says() {
        let second = Duration::from_secs(1);
        assert!(Freshness::of(&HeaderMap::new()).permits(Duration::MAX));
        for never in ["no-cache", "No-Cache", "max-age=0", "max-age=x", "max-age=9, no-cache"] {
            let freshness = freshness(never);
            assert!(!freshness.permits(Duration::ZERO) && freshness.may_keep, "{never}");
        }
        assert!(!freshness("no-store").may_keep);
        assert!(freshness("max-age=5").permits(4 * second));
        assert!(!freshness("max-age=5").permits(5 * second));
        assert!(freshness("no-transform").permits(100 * second));
    }
}
