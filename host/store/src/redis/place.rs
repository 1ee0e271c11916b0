//! Where Redis is: at one address, or where sentinels say that the master is.

use crate::StoreError;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisResult, Value, cmd};

/// Sentinels that are asked, at most: five already outvote two that are gone.
const SENTINELS_MAX: usize = 16;
/// What a URL begins with that names sentinels, and what the addresses in it are reached by.
const SCHEMES: [(&str, &str); 2] =
    [("redis+sentinel://", "redis"), ("rediss+sentinel://", "rediss")];

/// An address, or who knows it.
pub(super) enum Place {
    Address(Client),
    Sentinels(Sentinels),
}

/// Sentinels of one master. They are asked without a password.
pub(super) struct Sentinels {
    sentinels: Vec<Client>,
    /// What they call the master.
    service: String,
    /// `redis` or `rediss`, of the sentinels and of Redis.
    scheme: &'static str,
    /// `USER:PASSWORD@` of Redis, or nothing.
    account: String,
    /// `/NUMBER` of Redis, or nothing.
    database: String,
}

impl Place {
    /// Reads `redis://…`, `rediss://…`, or the same with `+sentinel`.
    ///
    /// # Errors
    /// [`StoreError::RedisUrl`], which does not repeat the URL: there is a password in it.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        for (prefix, scheme) in SCHEMES {
            if let Some(rest) = url.strip_prefix(prefix) {
                let sentinels = Sentinels::parse(rest, scheme).ok_or(StoreError::RedisUrl)?;
                return Ok(Self::Sentinels(sentinels));
            }
        }
        Client::open(url).map(Self::Address).map_err(|_| StoreError::RedisUrl)
    }

    /// A connection that has answered; with sentinels, one to what calls itself the master.
    pub(super) async fn connect(
        &self,
        config: &AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        match self {
            Self::Address(client) => {
                let mut connection =
                    client.get_multiplexed_async_connection_with_config(config).await?;
                cmd("PING").query_async::<()>(&mut connection).await?;
                Ok(connection)
            }
            Self::Sentinels(sentinels) => sentinels.connect(config).await,
        }
    }
}

impl Sentinels {
    /// Of `[USER:PASSWORD@]HOST:PORT[,HOST:PORT…]/SERVICE[/NUMBER]`.
    fn parse(rest: &str, scheme: &'static str) -> Option<Self> {
        let (account, rest) = match rest.rsplit_once('@') {
            Some((account, rest)) => (format!("{account}@"), rest),
            None => (String::new(), rest),
        };
        let (hosts, path) = rest.split_once('/')?;
        let (service, database) = match path.split_once('/') {
            Some((service, number)) => (service, format!("/{}", number.parse::<u16>().ok()?)),
            None => (path, String::new()),
        };
        let open = |host: &str| Client::open(format!("{scheme}://{host}")).ok();
        let sentinels = hosts.split(',').map(open).collect::<Option<Vec<_>>>()?;
        let sentinels = Self { sentinels, service: service.to_owned(), scheme, account, database };
        // What is wrong with the account is to be heard now, and not at the first failover.
        Client::open(sentinels.url("localhost", 6379)).ok()?;
        let is_named = !sentinels.service.is_empty();
        (is_named && sentinels.sentinels.len() <= SENTINELS_MAX).then_some(sentinels)
    }

    /// Asks one after the other; one that is alone with an old truth names what is no master.
    async fn connect(&self, config: &AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        let mut last = Err((ErrorKind::InvalidClientConfig, "no sentinel was asked").into());
        for sentinel in &self.sentinels {
            last = self.connect_by(sentinel, config).await;
            if last.is_ok() {
                break;
            }
        }
        last
    }

    async fn connect_by(
        &self,
        sentinel: &Client,
        config: &AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        let mut sentinel = sentinel.get_multiplexed_async_connection_with_config(config).await?;
        let mut ask = cmd("SENTINEL");
        ask.arg("GET-MASTER-ADDR-BY-NAME").arg(&self.service);
        let (host, port) = ask.query_async::<(String, u16)>(&mut sentinel).await?;
        let client = Client::open(self.url(&host, port))?;
        let mut connection = client.get_multiplexed_async_connection_with_config(config).await?;
        let role = cmd("ROLE").query_async::<Vec<Value>>(&mut connection).await?;
        match role.first() {
            Some(Value::BulkString(role)) if role == b"master" => Ok(connection),
            _ => Err((ErrorKind::InvalidClientConfig, "what a sentinel names is no master").into()),
        }
    }

    fn url(&self, host: &str, port: u16) -> String {
        let Self { scheme, account, database, .. } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        format!("{scheme}://{account}{host}:{port}{database}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentinels(url: &str) -> Option<(usize, String, String)> {
        match Place::parse(url).ok()? {
            Place::Address(_) => None,
            Place::Sentinels(it) => {
                Some((it.sentinels.len(), it.service.clone(), it.url("::1", 6379)))
            }
        }
    }

    #[test]
    fn sentinels_are_told_from_addresses() {
        for url in ["redis://localhost", "rediss://:secret@localhost:6379/0"] {
            assert!(matches!(Place::parse(url), Ok(Place::Address(_))), "{url}");
        }
        let own = |(count, service, url): (usize, &str, &str)| {
            Some((count, service.to_owned(), url.to_owned()))
        };
        let found = sentinels("redis+sentinel://a:26379,b:26379,c:26379/mymaster");
        assert_eq!(found, own((3, "mymaster", "redis://[::1]:6379")));
        let found = sentinels("rediss+sentinel://ada:p%40ss@a:26379/cache/2");
        assert_eq!(found, own((1, "cache", "rediss://ada:p%40ss@[::1]:6379/2")));
    }

    #[test]
    fn urls_that_are_none_are_refused() {
        let many = ["a:1"; SENTINELS_MAX + 1].join(",");
        for url in [
            "redis+sentinel://a:26379",
            "redis+sentinel://a:26379/",
            "redis+sentinel:///mymaster",
            "redis+sentinel://a:26379,/mymaster",
            "redis+sentinel://a:26379/mymaster/x",
            &format!("redis+sentinel://{many}/mymaster"),
        ] {
            assert!(Place::parse(url).is_err(), "{url}");
        }
        let many = ["a:1"; SENTINELS_MAX].join(",");
        assert!(sentinels(&format!("redis+sentinel://{many}/mymaster")).is_some());
    }
}
