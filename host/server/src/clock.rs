//! The only place that asks what time it is.

use time::OffsetDateTime;

/// Where time comes from.
#[derive(Debug)]
pub(crate) enum Clock {
    /// The machine's clock.
    System,
    /// Seconds since 1970 that a test sets.
    #[cfg(test)]
    Manual(std::sync::atomic::AtomicI64),
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        match self {
            // As exact as the database keeps it.
            Self::System => OffsetDateTime::now_utc().truncate_to_microsecond(),
            #[cfg(test)]
            Self::Manual(seconds) => {
                let seconds = seconds.load(std::sync::atomic::Ordering::Relaxed);
                OffsetDateTime::from_unix_timestamp(seconds).unwrap()
            }
        }
    }
}
