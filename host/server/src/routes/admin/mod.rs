//! For admins.

pub(crate) mod plugins;
pub(crate) mod users;
