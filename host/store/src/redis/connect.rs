use super::Link;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisResult};
use std::sync::Arc;
use std::time::Duration;

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits until Redis is lost, connects again, and so on.
pub(super) async fn keep_connected(link: Arc<Link>) {
    loop {
        while link.connections.load().is_none() {
            tokio::time::sleep(PAUSE).await;
            if link.connect().await {
                tracing::info!("Redis is back");
            }
        }
        link.lost.notified().await;
    }
}

impl Link {
    /// Tries once; whether Redis is there.
    pub(super) async fn connect(&self) -> bool {
        let mut connections = Vec::with_capacity(self.options.connections);
        for _ in 0..self.options.connections.max(1) {
            match self.connection().await {
                Ok(connection) => connections.push(connection),
                Err(error) => {
                    tracing::debug!(%error, "Redis is not there");
                    return false;
                }
            }
        }
        self.connections.store(Some(Arc::new(connections)));
        true
    }

    /// One that has answered.
    async fn connection(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.options.connect_time_max))
            .set_response_timeout(Some(self.options.connect_time_max));
        self.place.connect(&config).await
    }
}
