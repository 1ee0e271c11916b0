//! For admins.

pub(crate) mod audit_logs;
pub(crate) mod captures;
pub(crate) mod plugin_keys;
pub(crate) mod plugin_uploads;
pub(crate) mod plugins;
pub(crate) mod tenants;
pub(crate) mod users;
