//! The files looked at now and then, so that a renewed certificate serves without a restart.

use super::pair::{Content, Pair};
use super::{Tls, TlsError};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

impl Tls {
    /// Looks until the server stops. What has changed is tried once it has looked the same twice:
    /// two files are not replaced at the same time. A pair that is of no use changes nothing.
    pub(crate) fn follow(
        self: &Arc<Self>,
        every: std::time::Duration,
        stopping: CancellationToken,
    ) -> JoinHandle<()> {
        let tls = Arc::clone(self);
        tokio::spawn(async move {
            // What was tried last, and what was seen last.
            let mut tried = Ok(tls.content.clone());
            let mut seen = tried.clone();
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = tokio::time::sleep(every) => {}
                }
                let now = tls.look().await;
                if now != tried && now == seen {
                    tls.take(&now);
                    tried = now.clone();
                }
                seen = now;
            }
        })
    }

    /// What the files hold now, or the words of why that cannot be said.
    async fn look(&self) -> Result<Content, String> {
        let files = self.files.clone();
        let read = tokio::task::spawn_blocking(move || files.read()).await;
        let read = read.map_err(|error| error.to_string())?;
        read.map_err(|error: TlsError| error.to_string())
    }

    /// Serves it from the next handshake on, if it can.
    fn take(&self, content: &Result<Content, String>) {
        let pair = content.as_ref().map_err(String::clone);
        let pair = pair.and_then(|it| it.pair(&self.files).map_err(|error| error.to_string()));
        match pair {
            Ok(Pair { key, expires }) => {
                self.serving.0.store(key);
                self.metrics.changed(expires);
                tracing::info!(expires, "a new certificate serves");
            }
            Err(reason) => {
                self.metrics.failed();
                tracing::error!(reason, "the new certificate cannot serve; the old one goes on");
            }
        }
    }
}
