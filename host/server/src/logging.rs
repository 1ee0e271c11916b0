//! Log lines: JSON where machines read them, coloured text where people do.

use crate::config::Config;
use std::io::IsTerminal;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt, registry};

/// Sends everything that is logged to standard error, and panics too, as log lines.
///
/// # Errors
/// Where logging was set up before.
pub fn init_logging(config: &Config) -> Result<(), TryInitError> {
    let lines =
        fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines = if config.environment.is_strict() {
        lines.json().flatten_event(true).with_span_list(false).boxed()
    } else {
        lines.with_target(false).boxed()
    };
    registry().with(lines.with_filter(targets(config.log_level))).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, message, "panic");
    }));
    Ok(())
}

/// Libraries that carry secrets to the identity provider and back, and may tell of them when asked
/// for every detail: nobody is to ask.
const DISCREET: [&str; 3] = ["ureq", "ureq_proto", "rustls"];

fn targets(level: LevelFilter) -> Targets {
    let discreet = DISCREET.map(|target| (target, level.min(LevelFilter::INFO)));
    Targets::new().with_default(level).with_targets(discreet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn libraries_that_carry_secrets_do_not_go_into_detail() {
        let targets = targets(LevelFilter::TRACE);
        assert!(targets.would_enable("pynomaly_server::routes", &Level::TRACE));
        assert!(!targets.would_enable("ureq::run", &Level::DEBUG));
        assert!(!self::targets(LevelFilter::WARN).would_enable("ureq::run", &Level::INFO));
    }
}
