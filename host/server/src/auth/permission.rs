use pynomaly_store::{HOME_TENANT, Role};
use std::fmt;
use uuid::Uuid;

/// What a handler may ask of its caller. The names are the scopes of API keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Read what is there for everyone, one's own, and with some roles the organisation's.
    Read,
    /// Compute.
    Detect,
    /// Fit, rename and delete models.
    Fit,
    /// See, make and revoke one's own API keys.
    ManageKeys,
    /// See, make and change the accounts of one's organisation.
    ManageUsers,
    /// Read the audit log of one's organisation.
    ReadAudit,
    /// See plugins and their faults. Plugins serve every organisation: for the home one alone.
    ManagePlugins,
    /// See, make and change organisations; for the home one alone.
    ManageTenants,
    /// See, read and delete the failed calls of one's organisation that were kept.
    ManageCaptures,
}

impl Permission {
    pub(crate) const ALL: [Self; 9] = [
        Self::Read,
        Self::Detect,
        Self::Fit,
        Self::ManageKeys,
        Self::ManageUsers,
        Self::ReadAudit,
        Self::ManagePlugins,
        Self::ManageTenants,
        Self::ManageCaptures,
    ];

    /// Its name as a scope.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Detect => "detect",
            Self::Fit => "fit",
            Self::ManageKeys => "keys",
            Self::ManageUsers => "users",
            Self::ReadAudit => "audit",
            Self::ManagePlugins => "plugins",
            Self::ManageTenants => "tenants",
            Self::ManageCaptures => "captures",
        }
    }

    /// Whether `role` in that organisation comes with it.
    pub(crate) fn is_given_to(self, role: Role, tenant_id: Uuid) -> bool {
        match self {
            Self::Read => true,
            Self::Detect | Self::Fit | Self::ManageKeys => role != Role::Viewer,
            Self::ManageUsers | Self::ReadAudit | Self::ManageCaptures => role == Role::Admin,
            Self::ManagePlugins | Self::ManageTenants => {
                role == Role::Admin && tenant_id == HOME_TENANT
            }
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
