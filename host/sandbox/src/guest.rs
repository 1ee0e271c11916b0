//! What the host keeps for one instance: its log and its appetite for memory.

use crate::bindings::{log, types};
use crate::call::YIELD_FUEL;
use crate::convert::cut_text;
use crate::limits::Limits;
use std::sync::Arc;
use wasmtime::ResourceLimiter;

/// The host's data of one instance.
pub(crate) struct Guest {
    /// Name of the plugin, for the log; the source's digest until it has described itself.
    pub(crate) plugin: Arc<str>,
    limits: Arc<Limits>,
    /// Fuel after which the guest gives way.
    pub(crate) yield_fuel: u64,
    lines: usize,
    bytes: usize,
    dropped: usize,
    last_error: Option<String>,
    /// Set once the guest asked for more memory than it may have.
    pub(crate) memory_refused: bool,
    /// Greatest size of linear memory so far, in bytes.
    pub(crate) memory_peak: usize,
}

impl Guest {
    pub(crate) fn new(plugin: Arc<str>, limits: Arc<Limits>) -> Self {
        Self {
            plugin,
            limits,
            yield_fuel: YIELD_FUEL,
            lines: 0,
            bytes: 0,
            dropped: 0,
            last_error: None,
            memory_refused: false,
            memory_peak: 0,
        }
    }

    pub(crate) fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits)
    }

    pub(crate) fn transfer_bytes_max(&self) -> usize {
        self.limits.transfer_bytes_max
    }

    /// Ends one call's log; says how much of it was dropped.
    pub(crate) fn end_call(&mut self) {
        if self.dropped > 0 {
            tracing::warn!(plugin = %self.plugin, dropped = self.dropped, "plugin log cut");
        }
        (self.lines, self.bytes, self.dropped) = (0, 0, 0);
    }

    /// The last message of level error: what the SDK's panic hook said before a trap.
    pub(crate) fn take_last_error(&mut self) -> Option<String> {
        self.last_error.take()
    }
}

impl types::Host for Guest {}

impl log::Host for Guest {
    fn log(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let message = cut_text(message, self.limits.text_bytes_max);
        let bytes = self.bytes.saturating_add(message.len());
        if self.lines >= self.limits.log_lines_max || bytes > self.limits.log_bytes_max {
            self.dropped = self.dropped.saturating_add(1);
            // Kept all the same: the flood may end in the panic that explains it.
            if level == log::Level::Error {
                self.last_error = Some(message);
            }
            return Ok(());
        }
        self.bytes = bytes;
        self.lines = self.lines.saturating_add(1);
        let plugin = &*self.plugin;
        match level {
            log::Level::Debug => tracing::debug!(plugin, message, "plugin log"),
            log::Level::Info => tracing::info!(plugin, message, "plugin log"),
            log::Level::Warn => tracing::warn!(plugin, message, "plugin log"),
            log::Level::Error => tracing::error!(plugin, message, "plugin log"),
        }
        if level == log::Level::Error {
            self.last_error = Some(message);
        }
        Ok(())
    }
}

impl ResourceLimiter for Guest {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.limits.memory_bytes_max;
        self.memory_refused |= !allowed;
        if allowed {
            self.memory_peak = self.memory_peak.max(desired);
        }
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= self.limits.table_elements_max)
    }
}
