//! Portable bytes for [`crate::Model::save`]: a version, then numbers, little-endian.
//!
//! The reader trusts nothing: lengths are checked against the bytes that are there before
//! anything is allocated.

use crate::Error;

const MAGIC: [u8; 4] = *b"PYN1";

/// Writes a state.
#[derive(Debug)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Starts a state of the detector's format `version`.
    #[must_use]
    pub fn new(version: u32) -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(version.to_le_bytes());
        Self(bytes)
    }

    /// One float, all its bits.
    pub fn number(&mut self, number: f64) {
        self.0.extend(number.to_le_bytes());
    }

    /// One whole number.
    pub fn integer(&mut self, integer: u64) {
        self.0.extend(integer.to_le_bytes());
    }

    /// Floats, with their count.
    pub fn numbers(&mut self, numbers: &[f64]) {
        self.integer(numbers.len() as u64);
        self.0.reserve(size_of_val(numbers));
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads a state in the order in which it was written.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Opens a state of the detector's format `version`.
    ///
    /// # Errors
    /// [`Error::BadState`] for foreign bytes, or another version.
    pub fn new(bytes: &'a [u8], version: u32) -> Result<Self, Error> {
        let mut reader = Self(bytes);
        if reader.take::<4>()? != MAGIC {
            return Err(bad("these bytes are no state of a detector"));
        }
        let found = u32::from_le_bytes(reader.take()?);
        if found != version {
            return Err(bad(&format!("format {found} instead of {version}")));
        }
        Ok(reader)
    }

    /// One float.
    ///
    /// # Errors
    /// [`Error::BadState`] where the bytes end.
    pub fn number(&mut self) -> Result<f64, Error> {
        Ok(f64::from_le_bytes(self.take()?))
    }

    /// One whole number.
    ///
    /// # Errors
    /// [`Error::BadState`] where the bytes end.
    pub fn integer(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    /// One whole number that counts something here, at most `limit`.
    ///
    /// # Errors
    /// [`Error::BadState`] where the bytes end or the number is greater.
    pub fn count(&mut self, limit: usize) -> Result<usize, Error> {
        let count = self.integer()?;
        usize::try_from(count)
            .ok()
            .filter(|it| *it <= limit)
            .ok_or_else(|| bad("a count is too large"))
    }

    /// Floats with their count.
    ///
    /// # Errors
    /// [`Error::BadState`] where fewer bytes are there than the count asks for.
    pub fn numbers(&mut self) -> Result<Vec<f64>, Error> {
        let count = self.count(self.0.len() / size_of::<f64>())?;
        let (bytes, rest) = self.0.split_at_checked(count * size_of::<f64>()).ok_or_else(cut)?;
        self.0 = rest;
        let (words, _) = bytes.as_chunks();
        Ok(words.iter().map(|word| f64::from_le_bytes(*word)).collect())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// [`Error::BadState`] where bytes are left over.
    pub fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(bad("there are bytes left over")) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*taken)
    }
}

/// [`Error::BadState`] with this reason.
#[must_use]
pub fn bad(reason: &str) -> Error {
    Error::BadState(reason.to_owned())
}

fn cut() -> Error {
    bad("the bytes end too early")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> Vec<u8> {
        let mut writer = Writer::new(3);
        writer.integer(5);
        writer.numbers(&[1.5, f64::MIN_POSITIVE]);
        writer.finish()
    }

    fn read(bytes: &[u8]) -> Result<(u64, Vec<f64>), Error> {
        let mut reader = Reader::new(bytes, 3)?;
        let all = (reader.integer()?, reader.numbers()?);
        reader.finish()?;
        Ok(all)
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read(&state()).unwrap(), (5, vec![1.5, f64::MIN_POSITIVE]));
    }

    #[test]
    fn cut_lengthened_and_foreign_states_are_refused() {
        let whole = state();
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
        assert!(read(&[&whole[..], &[0]].concat()).is_err());
        assert!(Reader::new(&whole, 4).is_err());
        let mut huge = whole;
        huge[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(read(&huge).is_err());
    }
}
