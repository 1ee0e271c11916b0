//! `pynomaly health`

use anyhow::{Context, bail};
use pynomaly_server::Config;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use ureq::tls::TlsConfig;

/// A server that takes longer is not well; less than the five seconds of the image's health check.
const WAIT_MAX: Duration = Duration::from_secs(4);

/// Ask a server whether it is well. Exits with 1 if it is not, or does not answer within 4 s.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly health
  pynomaly health --url http://127.0.0.1:8000/ready")]
pub(crate) struct Arguments {
    /// What to ask. Without it /health of the server that has these settings, on this machine.
    #[arg(long)]
    url: Option<String>,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => own(&Config::from_env()?)?,
    };
    let answer = ureq::get(&url)
        .config()
        .timeout_global(Some(WAIT_MAX))
        .http_status_as_error(false)
        // Names of certificates are those that clients use; here it is asked by its address, and
        // nothing secret is said.
        .tls_config(TlsConfig::builder().disable_verification(arguments.url.is_none()).build())
        // It is asked about what is here, not through what is elsewhere.
        .proxy(None)
        .build()
        .call()
        .with_context(|| format!("{url} does not answer"))?;
    let status = answer.status().as_u16();
    if status != 200 {
        bail!("{url} answers {status}");
    }
    println!("{url} answers 200");
    Ok(())
}

/// `/health` of the server of these settings.
fn own(config: &Config) -> anyhow::Result<String> {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    Ok(format!("{scheme}://{}/health", address(config)?))
}

/// Where the server of these settings is reached from its own machine.
fn address(config: &Config) -> anyhow::Result<SocketAddr> {
    let mut address = config.listen;
    if address.port() == 0 {
        let file = config.address_file.as_ref();
        let file = file.context("PYNOMALY_LISTEN takes any free port; name the server by --url")?;
        let text = std::fs::read_to_string(file);
        let text = text.with_context(|| format!("{} cannot be read", file.display()))?;
        address = text.trim().parse().context("PYNOMALY_ADDRESS_FILE holds no address")?;
    }
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(variables: &[(&str, &str)]) -> String {
        let own = variables.iter().map(|(name, value)| (name.into(), value.into()));
        address(&Config::from_variables(own).unwrap())
            .map_or_else(|error| error.to_string(), |address| address.to_string())
    }

    #[test]
    fn server_of_the_same_settings_is_asked_on_this_machine() {
        assert_eq!(url(&[]), "127.0.0.1:8000");
        assert_eq!(url(&[("PYNOMALY_LISTEN", "0.0.0.0:80")]), "127.0.0.1:80");
        assert_eq!(url(&[("PYNOMALY_LISTEN", "[::]:80")]), "[::1]:80");
        assert_eq!(url(&[("PYNOMALY_LISTEN", "10.0.0.1:80")]), "10.0.0.1:80");
    }

    #[test]
    fn free_port_is_known_from_the_address_file_alone() {
        let any = ("PYNOMALY_LISTEN", "0.0.0.0:0");
        assert!(url(&[any]).contains("--url"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("address");
        let both = [any, ("PYNOMALY_ADDRESS_FILE", file.to_str().unwrap())];
        assert!(url(&both).contains("cannot be read"));
        std::fs::write(&file, "0.0.0.0:81\n").unwrap();
        assert_eq!(url(&both), "127.0.0.1:81");
        std::fs::write(&file, "somewhere").unwrap();
        assert!(url(&both).contains("no address"));
    }
}
