//! Accounts.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod password_reset;
pub(crate) mod totp;
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
    /// The organisation that the account belongs to.
    tenant_id: Uuid,
    email: String,
    role: RoleName,
    /// An account that is not active is refused everywhere.
    is_active: bool,
    /// Whether a login with the password needs a code of an authenticator app too.
    has_totp: bool,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
}

/// What an account may do in its organisation: `admin` everything; `analyst` fit, detect, and read
/// its own detections; `viewer` read everyone's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleName {
    Admin,
    Analyst,
    Viewer,
}

impl From<&User> for UserAnswer {
    fn from(user: &User) -> Self {
        let &User { id, tenant_id, ref email, role, is_active, has_totp, created_at, .. } = user;
        let (email, role) = (email.clone(), role.into());
        Self { id, tenant_id, email, role, is_active, has_totp, created_at }
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
