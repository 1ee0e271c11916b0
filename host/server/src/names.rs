//! Names that people give to things.

use crate::error::ApiError;
use crate::limits::Limits;

/// `name` without space around it, if it is one: not empty, not too long, nothing invisible.
pub(crate) fn check_name(limits: &Limits, name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    let most = limits.name_bytes_max;
    if name.is_empty() || name.len() > most || name.chars().any(char::is_control) {
        let message = format!("must have 1 to {most} bytes, and no control characters");
        return Err(ApiError::invalid("/name", message));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        let limits = Limits::default();
        assert_eq!(check_name(&limits, " pumps ").unwrap(), "pumps");
        for wrong in ["", "  ", "a\nb", &"a".repeat(201)] {
            assert!(check_name(&limits, wrong).is_err(), "{wrong:?}");
        }
    }
}
