use super::Redis;
use redis::AsyncCommands;
use std::time::Duration;

impl Redis {
    /// What is kept under `key`; `None` where there is nothing, and where Redis does not answer.
    pub async fn get_bytes(&self, key: &str) -> Option<Vec<u8>> {
        let get = async |mut connection: redis::aio::MultiplexedConnection| {
            connection.get::<_, Option<Vec<u8>>>(key).await
        };
        self.ask(get).await.flatten()
    }

    /// Keeps `bytes` under `key` for `age_max`, if Redis answers.
    pub async fn set_bytes(&self, key: &str, bytes: &[u8], age_max: Duration) {
        let seconds = age_max.as_secs().max(1);
        let set = async |mut connection: redis::aio::MultiplexedConnection| {
            connection.set_ex::<_, _, ()>(key, bytes, seconds).await
        };
        // What is not kept is computed again.
        let _ = self.ask(set).await;
    }
}
