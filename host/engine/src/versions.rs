//! Versions side by side: which of a name answers to it, and to whom.

use crate::catalog::Catalog;
use crate::engine::Engine;
use crate::served::Served;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

/// One version of a plugin, and what it is there for.
pub struct Assignment {
    /// The version.
    pub served: Arc<Served>,
    /// What it is there for.
    pub role: Role,
}

/// What a version is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Answers to its name.
    Active,
    /// Answers to its name where the share falls on who asks.
    Canary {
        /// 1 to 100.
        percent: u8,
        /// Who stays with what served them first.
        sticky: Sticky,
    },
    /// Computes beside what answers to its name, for a share of the requests.
    Shadow {
        /// 0 to 100.
        percent: u8,
    },
    /// Answers who names its version.
    Aside,
}

/// What has all its requests answered by the same version, while a canary sings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sticky {
    /// An organisation.
    Tenant,
    /// A model.
    Model,
}

/// A version that some are served by.
#[derive(Clone)]
pub(crate) struct Canary {
    served: Arc<Served>,
    percent: u8,
    sticky: Sticky,
}

/// A version that computes beside another.
#[derive(Clone)]
pub(crate) struct Shadow {
    served: Arc<Served>,
    percent: u8,
}

impl Engine {
    /// Makes these the plugins that there are, in one swap: requests see all of the change or
    /// nothing of it, and those that run end as they began. Native detectors stay, and keep their
    /// names.
    pub fn assign(&self, assignments: Vec<Assignment>, quarantined: BTreeSet<String>) {
        let _one_change = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.change(|catalog| {
            let mut next = Catalog { quarantined, ..Catalog::default() };
            for built_in in catalog.detectors.values().filter(|served| served.is_built_in()) {
                next.serve(built_in, Role::Active);
            }
            for Assignment { served, role } in &assignments {
                next.serve(served, *role);
            }
            *catalog = next;
        });
    }

    /// What answers to a name for this organisation and this model: the canary where the share
    /// falls on them, otherwise what is active. `None` where the name means no plugin, or already
    /// one version.
    #[must_use]
    pub fn canary_for(&self, name: &str, tenant: [u8; 16], model: [u8; 16]) -> Option<Arc<Served>> {
        let catalog = self.catalog();
        let canary = catalog.canaries.get(name)?;
        let who = match canary.sticky {
            Sticky::Tenant => tenant,
            Sticky::Model => model,
        };
        let is_chosen = place(name, who) < u64::from(canary.percent);
        is_chosen.then(|| Arc::clone(&canary.served))
    }

    /// The versions that are to compute beside what answers to a name, for this request. None where
    /// the name means no plugin, or already one version.
    #[must_use]
    pub fn shadows_for(&self, name: &str, request: [u8; 16]) -> Vec<Arc<Served>> {
        let catalog = self.catalog();
        let shadows = catalog.shadows.get(name).map(Vec::as_slice).unwrap_or_default();
        // By digest, not by name: not those requests again that a canary of the name has.
        let is_chosen = |it: &&Shadow| place(it.served.digest(), request) < u64::from(it.percent);
        shadows.iter().filter(is_chosen).map(|it| Arc::clone(&it.served)).collect()
    }
}

impl Catalog {
    pub(crate) fn serve(&mut self, served: &Arc<Served>, role: Role) {
        let name = &served.descriptor().name;
        let versions = self.versions.entry(name.clone()).or_default();
        if !versions.iter().any(|it| it.digest() == served.digest()) {
            versions.push(Arc::clone(served));
        }
        match role {
            Role::Active => drop(self.detectors.insert(name.clone(), Arc::clone(served))),
            Role::Canary { percent, sticky } => {
                let canary = Canary { served: Arc::clone(served), percent, sticky };
                self.canaries.insert(name.clone(), canary);
            }
            Role::Shadow { percent } => {
                let shadow = Shadow { served: Arc::clone(served), percent };
                self.shadows.entry(name.clone()).or_default().push(shadow);
            }
            Role::Aside => {}
        }
    }
}

/// Where of 100 places someone stands, the same on every server and for every canary of the name:
/// who is served by one of 5 % is among those served by it at 10 %.
fn place(name: &str, who: [u8; 16]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update([0]);
    hash.update(who);
    let digest: [u8; 32] = hash.finalize().into();
    let first = digest.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(first) % 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_even_and_do_not_move() {
        let who = |number: u128| number.to_be_bytes();
        let chosen = (0..10_000).filter(|number| place("knn", who(*number)) < 10).count();
        assert!((900..1_100).contains(&chosen), "{chosen}");
        // The same for ever: servers of other versions share the database.
        assert_eq!([1, 2, 3].map(|number| place("knn", who(number))), [49, 82, 36]);
        assert_ne!(
            (0..64).map(|number| place("knn", who(number))).collect::<Vec<_>>(),
            (0..64).map(|number| place("ecod", who(number))).collect::<Vec<_>>()
        );
    }
}
