use super::Sample;
use crate::plugins::lock;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What waits to be computed beside: so many requests, of so many bytes together, and no more.
pub(super) struct Queue {
    requests_max: usize,
    bytes_max: usize,
    waiting: Mutex<Waiting>,
    has_come: Condvar,
}

#[derive(Default)]
struct Waiting {
    samples: VecDeque<Sample>,
    bytes: usize,
}

impl Queue {
    pub(super) fn new(requests_max: usize, bytes_max: usize) -> Self {
        let (waiting, has_come) = (Mutex::default(), Condvar::new());
        Self { requests_max, bytes_max, waiting, has_come }
    }

    /// Has it wait; `false` where there is no room, and it is gone.
    pub(super) fn push(&self, sample: Sample) -> bool {
        let mut waiting = lock(&self.waiting);
        let bytes = waiting.bytes.saturating_add(sample.bytes());
        if waiting.samples.len() >= self.requests_max || bytes > self.bytes_max {
            return false;
        }
        waiting.bytes = bytes;
        waiting.samples.push_back(sample);
        drop(waiting);
        self.has_come.notify_one();
        true
    }

    /// The one that waits longest; `None` where none comes for so long.
    pub(super) fn pop(&self, patience: Duration) -> Option<Sample> {
        let waiting = lock(&self.waiting);
        let none = |waiting: &mut Waiting| waiting.samples.is_empty();
        let waited = self.has_come.wait_timeout_while(waiting, patience, none);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        let sample = waiting.samples.pop_front()?;
        waiting.bytes = waiting.bytes.saturating_sub(sample.bytes());
        Some(sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pynomaly_core::Matrix;
    use pynomaly_engine::{DetectRequest, Engine, Pipeline, Sandbox};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    /// One of so many bytes.
    fn sample(engine: &Engine, bytes: usize) -> Sample {
        let served = engine.get("isolation_forest").unwrap();
        let request = DetectRequest {
            data: Matrix::new(1, vec![0.0; bytes / 8]).unwrap(),
            detector_type: "isolation_forest".into(),
            parameters: BTreeMap::new(),
            pipeline: Pipeline::default(),
            seed: 7,
        };
        let (request, candidate, active) = (Arc::new(request), Arc::clone(&served), served);
        Sample { request, candidate, active, said: None, chance: 0 }
    }

    #[test]
    fn as_many_wait_as_may_and_no_byte_more() {
        let sandbox = Sandbox::new(pynomaly_engine::Limits::default(), None).unwrap();
        let engine = Engine::new(sandbox);
        let (queue, now) = (Queue::new(2, 24), Duration::ZERO);
        assert!(queue.push(sample(&engine, 8)) && queue.push(sample(&engine, 16)));
        assert!(!queue.push(sample(&engine, 8)));
        assert_eq!(queue.pop(now).unwrap().bytes(), 8);
        assert!(!queue.push(sample(&engine, 16)) && queue.push(sample(&engine, 8)));
        assert_eq!([16, 8], [0; 2].map(|_| queue.pop(now).unwrap().bytes()));
        assert!(queue.pop(now).is_none());
        assert!(queue.push(sample(&engine, 24)));
    }
}
