//! What a backup keeps of the settings.

use super::read::{ConfigError, Reader};
use super::{Config, VARIABLES, variables as names};
use std::collections::BTreeMap;
use std::ffi::OsString;

impl Config {
    /// Every variable that is set, with its value, secrets and those of files too; but for the key
    /// of backups, which whoever reads this from a backup has already.
    ///
    /// # Errors
    /// [`ConfigError`], as [`Self::from_env`].
    pub fn given(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<BTreeMap<String, String>, ConfigError> {
        let read = Reader::new(variables)?;
        let kept = VARIABLES.iter().filter(|variable| variable.name != names::BACKUP_KEY.name);
        let mut given = BTreeMap::new();
        for variable in kept.filter(|variable| read.is_given(variable)) {
            given.insert(variable.name.to_owned(), read.text(variable)?);
        }
        Ok(given)
    }
}
