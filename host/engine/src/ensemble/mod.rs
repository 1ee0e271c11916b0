//! `ensemble`: several detectors of the catalog as one; the mathematics is
//! `pynomaly_core::ensemble`.
//!
//! Who the members are is a parameter, so that the catalog's `ensemble` is nobody yet: [`bind`]
//! makes of it one with members, pinned to the versions that are served at that moment. Its
//! digest names all of them.

mod bind;
mod fitted;
mod state;

pub use bind::MemberRecord;
pub(crate) use bind::bind;
pub(crate) use fitted::{FittedMember, memory_bytes, score};
pub(crate) use state::{load, save};

use crate::served::Served;
use pynomaly_core::preprocessing::Preprocessing;
use pynomaly_core::{Descriptor, Kind, ParameterSpec, Parameters, Task, Value};
use std::sync::Arc;

/// Members where the caller says nothing.
pub const MEMBERS_DEFAULT: &str =
    "isolation_forest(variant=fair_cut) + ecod + knn(n_neighbors=20, scaling=standard)";
/// Bytes of the text that names the members.
const MEMBERS_BYTES_MAX: u32 = 4096;
/// Version of the format that [`save`] writes.
const STATE_VERSION: u32 = 1;

/// An ensemble and its members; none where nobody has asked for any yet.
pub(crate) struct Ensemble {
    pub(crate) descriptor: Descriptor,
    pub(crate) members: Vec<Member>,
}

/// One detector of an ensemble.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) served: Arc<Served>,
    parameters: Parameters,
    preprocessing: Preprocessing,
}

impl Ensemble {
    /// One without members.
    pub(crate) fn unbound() -> Self {
        Self { descriptor: descriptor(), members: Vec::new() }
    }
}

fn descriptor() -> Descriptor {
    Descriptor {
        name: "ensemble".into(),
        version: "1.0.0".into(),
        summary: "Mean of several detectors' robust z-scores, each cut at 5.".into(),
        reference: "C. C. Aggarwal, S. Sathe: Theoretical Foundations and Algorithms for Outlier \
                    Ensembles. SIGKDD Explorations 17(1), 2015. doi:10.1145/2830544.2830549"
            .into(),
        task: Task::Tabular,
        parameters: vec![ParameterSpec {
            name: "members".into(),
            kinds: vec![Kind::Text(MEMBERS_BYTES_MAX)],
            default: Some(Value::Text(MEMBERS_DEFAULT.into())),
            doc: "The detectors, joined by +, each with its parameters and, if need be, a name of \
                  its own and a scaling: near: knn(n_neighbors=5, scaling=standard) + ecod."
                .into(),
        }],
        accepts_missing: true,
        minimum_rows: 2,
        state_version: STATE_VERSION,
        extra: Vec::new(),
    }
}
