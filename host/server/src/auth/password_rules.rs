//! What may be a password: by length, and by not being one that everybody knows. Classes of
//! characters are not asked for: they make passwords hard to remember and not hard to guess
//! (NIST SP 800-63B, 3.1.1.2).

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Bytes of a password. Short ones are guessed; hashing long ones is work for nothing.
pub(crate) const PASSWORD_BYTES: RangeInclusive<usize> = 8..=1024;

/// Says itself where it is from.
const COMMON: &str = include_str!("common_passwords.txt");

static COMMON_PASSWORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| COMMON.lines().filter(|line| !line.starts_with('#')).collect());

/// Why something cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Its bytes are not within [`PASSWORD_BYTES`].
    Length,
    /// It is among those that are tried first.
    Common,
}

/// Whether `password` may be one.
pub(crate) fn check_password(password: &str) -> Result<(), Unfit> {
    if !PASSWORD_BYTES.contains(&password.len()) {
        return Err(Unfit::Length);
    }
    if is_common_password(password) { Err(Unfit::Common) } else { Ok(()) }
}

/// Whether it is among the passwords that are tried first, whatever its case.
pub(crate) fn is_common_password(password: &str) -> bool {
    COMMON_PASSWORDS.contains(password.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_the_list_decide_and_nothing_else() {
        for fit in ["correct horse", "aaaabbbb", "ääää", &"x1".repeat(512)] {
            assert_eq!(check_password(fit), Ok(()), "{fit}");
        }
        for short_or_long in ["", "1234567", &"x".repeat(1025)] {
            assert_eq!(check_password(short_or_long), Err(Unfit::Length));
        }
        for common in ["password", "PassWord123", "QWERTYUIOP", "12345678", "Summer2026"] {
            assert_eq!(check_password(common), Err(Unfit::Common), "{common}");
        }
    }

    #[test]
    fn list_is_sorted_lower_case_and_without_what_its_length_refuses() {
        let lines: Vec<_> = COMMON.lines().skip_while(|line| line.starts_with('#')).collect();
        assert!(lines.is_sorted_by(|a, b| a < b));
        assert_eq!(lines.len(), COMMON_PASSWORDS.len());
        assert!((3_000..10_000).contains(&lines.len()), "{}", lines.len());
        for line in lines {
            assert_eq!(line, line.to_lowercase());
            assert!(PASSWORD_BYTES.contains(&line.len()), "{line}");
        }
    }
}
