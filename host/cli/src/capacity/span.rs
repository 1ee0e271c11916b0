//! Stretches of time as people plan in them.

use std::fmt;
use std::str::FromStr;

const DAY: u32 = 86_400;
/// Ten years: nothing is known about more.
const SECONDS_MAX: u32 = 3_650 * DAY;
/// What may follow the number, and the seconds of one.
const UNITS: [(&str, u32); 4] = [("d", DAY), ("w", 7 * DAY), ("m", 30 * DAY), ("y", 365 * DAY)];

/// From a day to ten years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    seconds: u32,
    /// As it was written.
    words: String,
}

impl Span {
    pub(crate) fn seconds(&self) -> f64 {
        f64::from(self.seconds)
    }

    pub(crate) fn whole_seconds(&self) -> u32 {
        self.seconds
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = UNITS.iter().find_map(|(unit, seconds)| {
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(*seconds)
        });
        match parsed {
            Some(seconds @ DAY..=SECONDS_MAX) => Ok(Self { seconds, words: text.to_owned() }),
            _ => Err("it must be a number and d, w, m or y, from a day to ten years".to_owned()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_numbers_of_units() {
        let seconds = |text: &str| text.parse::<Span>().map(|span| span.seconds).ok();
        assert_eq!(seconds("1d"), Some(86_400));
        assert_eq!(seconds("2w"), Some(14 * 86_400));
        assert_eq!(seconds("6m"), Some(180 * 86_400));
        assert_eq!(seconds("10y"), Some(3_650 * 86_400));
        for wrong in ["", "d", "0d", "11y", "3651d", "6", "6h", "-1d", "1.5m", "99999999999y"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
