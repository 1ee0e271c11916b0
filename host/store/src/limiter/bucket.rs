use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use uuid::Uuid;

/// A bucket to take from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Whose.
    pub key: BucketKey,
    /// How much.
    pub rate: Rate,
}

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BucketKey {
    /// A user's, whatever their sessions.
    User(Uuid),
    /// An API key's.
    ApiKey(Uuid),
    /// An organisation's.
    Tenant(Uuid),
    /// An address's; see [`BucketKey::address`].
    Address(IpAddr),
}

/// How many tokens come and how many there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that a window brings; 0 for none ever.
    pub requests: u64,
    /// The window.
    pub window: Duration,
    /// Tokens of a full bucket.
    pub burst: u64,
}

/// What is left in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Tokens.
    pub tokens: u64,
    /// How long until there is one more; zero where the bucket is full.
    pub next_in: Duration,
}

/// A [`Rate`] as the algorithm needs it, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    /// How long a token takes to come.
    pub(super) interval: u64,
    /// How long an empty bucket takes to fill.
    pub(super) depth: u64,
}

impl BucketKey {
    /// Of a client's address. Whoever has an IPv6 address has 2⁶⁴ of them: they are one here.
    #[must_use]
    pub fn address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                Ipv6Addr::from_bits(network).into()
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl Rate {
    pub(super) fn terms(self) -> Terms {
        let window = u64::try_from(self.window.as_nanos()).unwrap_or(u64::MAX);
        match window.checked_div(self.requests) {
            Some(interval) => {
                let interval = interval.max(1);
                Terms { interval, depth: interval.saturating_mul(self.burst) }
            }
            None => Terms { interval: window.max(1), depth: 0 },
        }
    }
}

impl Terms {
    /// What is left in a bucket that is full again after `used` nanoseconds.
    pub(super) fn left(self, used: u64) -> Left {
        let free = self.depth.saturating_sub(used);
        let next_in = if used == 0 && self.depth > 0 {
            0
        } else if used > self.depth {
            // The quota has been lowered meanwhile.
            used - self.depth + self.interval
        } else {
            self.interval - free % self.interval
        };
        Left { tokens: free / self.interval, next_in: Duration::from_nanos(next_in) }
    }
}
