//! What `pynomaly plugin push` and `pull` have in common.

use crate::exit::PluginRefused;
use anyhow::{Context, bail};
use pynomaly_oci::{Credentials, Limits, Options, Reference, RegistryError};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a password that comes on standard input.
const PASSWORD_BYTES_MAX: u64 = 64 << 10;
const USERNAME: &str = "PYNOMALY_REGISTRY_USERNAME";
const PASSWORD: &str = "PYNOMALY_REGISTRY_PASSWORD";

/// How to reach the registry.
#[derive(clap::Args)]
pub(super) struct Access {
    /// Who asks; the password comes on standard input. Without it PYNOMALY_REGISTRY_USERNAME and
    /// PYNOMALY_REGISTRY_PASSWORD, or else the docker config file (DOCKER_CONFIG), say it.
    #[arg(long)]
    username: Option<String>,
    /// Talk without TLS, credentials too. A registry on this machine never has it.
    #[arg(long)]
    plain_http: bool,
}

impl Access {
    pub(super) fn options(&self, reference: &Reference) -> anyhow::Result<Options> {
        let component_bytes_max = pynomaly_engine::Limits::default().component_bytes_max;
        Ok(Options {
            credentials: self.credentials(reference.registry())?,
            is_plain: self.plain_http,
            limits: Limits { component_bytes_max, ..Limits::default() },
        })
    }

    fn credentials(&self, registry: &str) -> anyhow::Result<Option<Credentials>> {
        if let Some(username) = &self.username {
            let mut password = String::new();
            let mut input = std::io::stdin().take(PASSWORD_BYTES_MAX);
            input.read_to_string(&mut password).context("standard input has no password")?;
            let password = password.trim_end_matches(['\r', '\n']);
            return Ok(Some(Credentials::new(username.clone(), password.to_owned())));
        }
        let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        match (variable(USERNAME), variable(PASSWORD)) {
            (Some(username), Some(password)) => Ok(Some(Credentials::new(username, password))),
            (None, None) => {
                let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
                let home = std::env::home_dir();
                let file = pynomaly_oci::config_file(folder.as_deref(), home.as_deref());
                Ok(file.map_or(Ok(None), |file| pynomaly_oci::from_config(&file, registry))?)
            }
            _ => bail!("{USERNAME} and {PASSWORD} belong together"),
        }
    }
}

/// The file of the signature beside `file`.
pub(super) fn signature_file(file: &Path) -> PathBuf {
    let mut beside: OsString = file.as_os_str().to_owned();
    beside.push(".sig");
    beside.into()
}

/// Bytes that are not a plugin, or not those asked for, are refused; all else has failed.
pub(super) fn failed(error: RegistryError) -> anyhow::Error {
    match error {
        RegistryError::Digest { .. } | RegistryError::Artifact(_) => {
            PluginRefused(error.to_string()).into()
        }
        error => error.into(),
    }
}
