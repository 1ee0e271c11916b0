//! Accounts.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod update;

use pynomaly_store::{Role, User};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// An account, as it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserAnswer {
    id: Uuid,
    email: String,
    role: RoleName,
    /// An account that is not active is refused everywhere.
    is_active: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// What an account may do: `admin` everything; `analyst` detect and read its own; `viewer` read
/// its own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleName {
    Admin,
    Analyst,
    Viewer,
}

impl From<User> for UserAnswer {
    fn from(user: User) -> Self {
        let User { id, email, role, is_active, created_at, password_hash: _ } = user;
        Self { id, email, role: role.into(), is_active, created_at }
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Analyst => Self::Analyst,
            Role::Viewer => Self::Viewer,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Admin => Self::Admin,
            RoleName::Analyst => Self::Analyst,
            RoleName::Viewer => Self::Viewer,
        }
    }
}
