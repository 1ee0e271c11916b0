//! Giving up before the end.

use crate::DetectorError;

/// The caller's wish that a computation end early. A detector asks it often enough that at most
/// some hundred milliseconds pass in between.
#[derive(Clone, Copy, Default)]
pub struct Stop<'a>(Option<&'a (dyn Fn() -> bool + Sync)>);

impl<'a> Stop<'a> {
    /// Computes to the end, however long that takes.
    pub const NEVER: Self = Self(None);

    /// Ends once `is_time` says so; any thread may ask it.
    #[must_use]
    pub fn when(is_time: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self(Some(is_time))
    }

    /// Goes on, or not.
    ///
    /// # Errors
    /// [`DetectorError::Stopped`] when it is time to end.
    pub fn check(self) -> Result<(), DetectorError> {
        if self.0.is_some_and(|is_time| is_time()) { Err(DetectorError::Stopped) } else { Ok(()) }
    }
}
