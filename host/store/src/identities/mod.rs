//! Which accounts at identity providers are which users here.

mod find;
mod link;

/// An account at an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// The account: it stays the same, whatever becomes of its address.
    pub subject: String,
}
