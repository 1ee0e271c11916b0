//! Plugins in registries.

use super::read::{ConfigError, Reader};
use super::variables as names;
use crate::plugins::{PluginSources, SOURCES_MAX};
use pynomaly_oci::{Credentials, Reference, config_file};
use std::path::PathBuf;

/// All of them by digest; a tag may mean other bytes tomorrow.
pub(super) fn sources(read: &Reader) -> Result<PluginSources, ConfigError> {
    let text = read.optional(&names::PLUGIN_SOURCES)?.unwrap_or_default();
    let references: Result<Vec<_>, _> =
        text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(reference).collect();
    let wrong = |why: String| {
        let form =
            "references by digest separated by commas, like registry.example.com/acme/knn@sha256:…";
        read.wrong(&names::PLUGIN_SOURCES, &format!("{form}; {why}"))
    };
    let references = references.map_err(wrong)?;
    if references.len() > SOURCES_MAX {
        return Err(wrong(format!("there are {}, more than {SOURCES_MAX}", references.len())));
    }
    let credentials = credentials(read, &references)?;
    let folder = read.optional(&names::DOCKER_CONFIG)?.map(PathBuf::from);
    let config_file = config_file(folder.as_deref(), std::env::home_dir().as_deref());
    Ok(PluginSources { references, credentials, config_file })
}

fn reference(text: &str) -> Result<Reference, String> {
    let reference: Reference = text.parse().map_err(|error| format!("{error}"))?;
    if reference.digest().is_none() {
        return Err(format!(
            "{text} has a tag alone, which may mean other bytes tomorrow: a source must name its digest"
        ));
    }
    Ok(reference)
}

/// A password is for one registry.
fn credentials(
    read: &Reader,
    references: &[Reference],
) -> Result<Option<Credentials>, ConfigError> {
    let (username, password) =
        (read.optional(&names::REGISTRY_USERNAME)?, read.optional(&names::REGISTRY_PASSWORD)?);
    let (username, password) = match (username, password) {
        (None, None) => return Ok(None),
        (Some(username), Some(password)) => (username, password),
        _ => {
            let expected = "set where PYNOMALY_REGISTRY_USERNAME is, and nowhere else";
            return Err(read.wrong(&names::REGISTRY_PASSWORD, expected));
        }
    };
    let mut registries = references.iter().map(Reference::registry);
    if let Some(first) = registries.next()
        && registries.any(|other| other != first)
    {
        let expected = "of one registry where PYNOMALY_REGISTRY_PASSWORD is set; for several there is the docker config file";
        return Err(read.wrong(&names::PLUGIN_SOURCES, expected));
    }
    Ok(Some(Credentials::new(username, password)))
}
