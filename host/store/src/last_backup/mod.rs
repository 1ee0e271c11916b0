//! When the last backup was made. In the database, because it is there that every server looks,
//! wherever the backup ran.

mod get;
mod set;

pub use get::LastBackup;
pub use set::set_last_backup;
