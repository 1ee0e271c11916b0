//! Who may use the platform.

mod any;
mod create;
mod find;
mod list;
mod password;
mod update;

use crate::columns::to_time;
use crate::error::StoreError;
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a user may do; the server says what each role permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything.
    Admin,
    /// Detects, and reads its own.
    Analyst,
    /// Reads its own.
    Viewer,
}

/// One account.
#[derive(Clone, PartialEq)]
pub struct User {
    /// Version 7: its order is the order of creation.
    pub id: Uuid,
    /// Whose organisation it belongs to.
    pub tenant_id: Uuid,
    /// Unique whatever its case, in all organisations.
    pub email: String,
    /// A PHC string; never leaves the server.
    pub password_hash: String,
    /// What the user may do.
    pub role: Role,
    /// `false`: refused everywhere, at once.
    pub is_active: bool,
    /// Whether it has a second factor that is confirmed.
    pub has_totp: bool,
    /// When the account was made.
    pub created_at: OffsetDateTime,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Analyst, Self::Viewer];

    /// Its name in the database, in tokens and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    pub(crate) fn from_column(name: &str) -> Result<Self, StoreError> {
        Self::from_name(name).ok_or_else(|| StoreError::Inconsistent {
            noun: "user",
            reason: format!("there is no role `{name}`"),
        })
    }
}

/// Nothing of the password.
impl fmt::Debug for User {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = out.debug_struct("User");
        out.field("id", &self.id).field("tenant_id", &self.tenant_id).field("email", &self.email);
        out.field("role", &self.role).field("is_active", &self.is_active).finish_non_exhaustive()
    }
}

/// The columns of `users`, as they come.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    email: String,
    password_hash: String,
    role: String,
    is_active: bool,
    has_totp: bool,
    created_at: i64,
}

/// What [`Row`] reads.
const COLUMNS: &str = "id, tenant_id, email, password_hash, role, is_active, \
                       totp_enabled_at IS NOT NULL AS has_totp, created_at";

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            tenant_id: row.tenant_id,
            role: Role::from_column(&row.role)?,
            created_at: to_time("user", row.created_at)?,
            email: row.email,
            password_hash: row.password_hash,
            is_active: row.is_active,
            has_totp: row.has_totp,
        })
    }
}
