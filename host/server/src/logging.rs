//! Log lines: JSON where machines read them, coloured text where people do.

use crate::config::Config;
use std::io::IsTerminal;
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
    registry().with(lines.with_filter(config.log_level)).try_init()?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, message, "panic");
    }));
    Ok(())
}
