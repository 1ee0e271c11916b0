//! One-time passwords of an authenticator app: TOTP (RFC 6238) over HOTP (RFC 4226), with SHA-1, 6
//! digits and steps of 30 s, which is what every app knows.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

/// Bytes of a secret: as many as the hash has (RFC 4226, 4, R6).
pub(crate) const SECRET_BYTES: usize = 20;
/// Seconds of a step.
const STEP: i64 = 30;
/// Steps before and after now whose codes are taken too: clocks differ, and people type slowly.
const WINDOW: i64 = 1;
const DIGITS: u32 = 6;

/// The step of the code, if it is one that works `now` and is later than `last_step`.
pub(crate) fn verify(
    secret: &[u8],
    code: &str,
    last_step: Option<i64>,
    now: OffsetDateTime,
) -> Option<i64> {
    let current = now.unix_timestamp().div_euclid(STEP);
    let steps = (current - WINDOW)..=(current + WINDOW);
    // All of them are computed: how long it takes says nothing about which one it was.
    let matching =
        steps.filter(|step| bool::from(text(secret, *step).as_bytes().ct_eq(code.as_bytes())));
    matching.collect::<Vec<_>>().into_iter().find(|step| last_step.is_none_or(|last| *step > last))
}

/// The code of `step`, with its leading zeros.
fn text(secret: &[u8], step: i64) -> String {
    format!("{:06}", code(secret, step) % 10_u32.pow(DIGITS))
}

/// The 31 bits of `step` out of which a code is made (RFC 4226, 5.3).
fn code(secret: &[u8], step: i64) -> u32 {
    // A key of any length will do; the error is for other constructions.
    let Ok(mac) = Hmac::<Sha1>::new_from_slice(secret) else { return 0 };
    let hash: [u8; 20] = mac.chain_update(step.to_be_bytes()).finalize().into_bytes().into();
    let [.., last] = hash;
    let at = usize::from(last & 0xf);
    let word = hash.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    u32::from_be_bytes(word) & 0x7fff_ffff
}

/// The secret as people type it.
pub(crate) fn base32(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// What an app reads off a QR code (the key URI format of Google Authenticator).
pub(crate) fn url(secret: &[u8], email: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    let escape = |byte: u8| match unreserved(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let label: String = email.bytes().map(escape).collect();
    let secret = base32(secret);
    format!(
        "otpauth://totp/Pynomaly:{label}?secret={secret}&issuer=Pynomaly\
         &algorithm=SHA1&digits={DIGITS}&period={STEP}"
    )
}

#[cfg(test)]
pub(crate) fn code_at(base32: &str, now: OffsetDateTime) -> String {
    let secret = BASE32_NOPAD.decode(base32.as_bytes()).unwrap();
    text(&secret, now.unix_timestamp().div_euclid(STEP))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    /// RFC 6238, appendix B, for SHA-1: codes of 8 digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(code(SECRET, seconds / STEP) % 100_000_000, expected, "at {seconds}");
        }
    }

    /// RFC 4226, appendix D: the first ten codes of 6 digits.
    #[test]
    fn texts_are_those_of_the_rfc() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (step, expected) in (0..).zip(expected) {
            assert_eq!(text(SECRET, step), expected);
        }
    }

    #[test]
    fn code_works_one_step_early_and_late_and_once() {
        let now = at(300);
        for step in 8..=12 {
            let found = verify(SECRET, &text(SECRET, step), None, now);
            assert_eq!(found, (9..=11).contains(&step).then_some(step), "step {step}");
        }
        assert_eq!(verify(SECRET, &text(SECRET, 10), Some(9), now), Some(10));
        assert_eq!(verify(SECRET, &text(SECRET, 10), Some(10), now), None);
        for wrong in ["", "000000", "75522", "7552240", "７５５２２４"] {
            assert_eq!(verify(SECRET, wrong, None, now), None, "{wrong}");
        }
    }

    #[test]
    fn url_is_one_that_apps_read() {
        assert_eq!(
            url(SECRET, "ada+1@example.org"),
            "otpauth://totp/Pynomaly:ada%2B1@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Pynomaly&algorithm=SHA1&digits=6&period=30"
        );
    }
}
