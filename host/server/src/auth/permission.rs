use pynomaly_store::Role;
use std::fmt;

/// What a handler may ask of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Read what is there for everyone, and one's own.
    Read,
    /// Compute.
    Detect,
    /// See plugins and their faults.
    ManagePlugins,
    /// See, make and change accounts.
    ManageUsers,
}

impl Permission {
    /// Whether `role` comes with it.
    pub(crate) fn is_given_to(self, role: Role) -> bool {
        match self {
            Self::Read => true,
            Self::Detect => matches!(role, Role::Admin | Role::Analyst),
            Self::ManagePlugins | Self::ManageUsers => role == Role::Admin,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Read => "read",
            Self::Detect => "detect",
            Self::ManagePlugins => "manage plugins",
            Self::ManageUsers => "manage users",
        })
    }
}
