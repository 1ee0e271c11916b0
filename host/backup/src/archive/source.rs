use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The bytes of an archive as they come. It remembers its own failure, because by the time that
/// decryption and decompression have passed it on it looks like damage.
pub(crate) struct Watched<R> {
    inner: R,
    failure: Failure,
}

/// What [`Watched`] remembers.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<io::Error>>>);

impl Failure {
    pub(crate) fn take(&self) -> Option<io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<R> Watched<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner, failure: Failure::default() }
    }

    pub(crate) fn failure(&self) -> Failure {
        self.failure.clone()
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.inner.read(into).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                let copy = io::Error::new(error.kind(), error.to_string());
                *self.failure.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
            }
        })
    }
}
