use std::sync::Arc;

/// Is told how many bytes more have been done.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(u64) + Send + Sync>);

impl Progress {
    /// Tells `listener`.
    pub fn new(listener: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(crate) fn add(&self, bytes: usize) {
        (self.0)(u64::try_from(bytes).unwrap_or(u64::MAX));
    }
}

/// Nobody listens.
impl Default for Progress {
    fn default() -> Self {
        Self::new(|_| {})
    }
}
