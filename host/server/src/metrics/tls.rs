//! Metrics of a server that speaks TLS itself; one that does not has none of them.

use prometheus::{IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// How the certificate and the handshakes fare.
pub(crate) struct TlsMetrics {
    expiry: IntGauge,
    reloads: IntCounterVec,
    handshakes_failed: IntCounter,
}

impl TlsMetrics {
    /// With a certificate that ends at `expires`, in seconds since 1970.
    pub(crate) fn new(expires: i64) -> Result<Self, prometheus::Error> {
        let expiry = IntGauge::new(
            "pynomaly_tls_certificate_expiry_timestamp_seconds",
            "When the certificate that serves ends, in seconds since unix epoch.",
        )?;
        expiry.set(expires);
        let reloads = IntCounterVec::new(
            Opts::new("pynomaly_tls_reloads_total", "Changes of the certificate's files."),
            &["outcome"],
        )?;
        for outcome in ["ok", "failed"] {
            reloads.with_label_values(&[outcome]);
        }
        let handshakes_failed = IntCounter::new(
            "pynomaly_tls_handshakes_failed_total",
            "Connections that ended before their handshake did.",
        )?;
        Ok(Self { expiry, reloads, handshakes_failed })
    }

    /// Shows them at `/metrics`.
    pub(crate) fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
        registry.register(Box::new(self.expiry.clone()))?;
        registry.register(Box::new(self.reloads.clone()))?;
        registry.register(Box::new(self.handshakes_failed.clone()))
    }

    /// Another certificate serves.
    pub(crate) fn changed(&self, expires: i64) {
        self.expiry.set(expires);
        self.reloads.with_label_values(&["ok"]).inc();
    }

    /// Another one was to serve, and cannot.
    pub(crate) fn failed(&self) {
        self.reloads.with_label_values(&["failed"]).inc();
    }

    /// A connection ended before its handshake did.
    pub(crate) fn handshake_failed(&self) {
        self.handshakes_failed.inc();
    }
}
