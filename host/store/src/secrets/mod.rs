//! Columns that hold secrets, encrypted by whoever wrote them; here they are only bytes.

mod list;
mod replace;

/// A column of encrypted secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretColumn {
    /// What a user's one-time passwords are made from.
    TotpSecret,
    /// A call of a plugin that failed.
    CaptureBundle,
}

impl SecretColumn {
    /// Every one there is: rotation of keys visits them all.
    pub const ALL: [Self; 2] = [Self::TotpSecret, Self::CaptureBundle];

    /// The table that has it.
    #[must_use]
    pub fn table(self) -> &'static str {
        match self {
            Self::TotpSecret => "users",
            Self::CaptureBundle => "captures",
        }
    }

    /// Its name there.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TotpSecret => "totp_secret",
            Self::CaptureBundle => "bundle",
        }
    }
}
