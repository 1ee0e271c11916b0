use serde::{Deserialize, Serialize};

/// The format that this program writes. A reader refuses a newer one; fields it does not know are
/// refused too, so that whoever adds one has to count this up.
pub(crate) const FORMAT: u32 = 1;

/// What an archive begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the format.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// When, RFC 3339.
    pub created_at: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// The last step of the database's schema.
    pub schema: i64,
}

/// What an archive ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The header once more.
    pub header: Header,
    /// Every part, in order.
    pub parts: Vec<Part>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its size, uncompressed.
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}
