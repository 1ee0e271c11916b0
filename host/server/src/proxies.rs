//! Whose word counts about where a request came from.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;
use std::str::FromStr;

/// The header in which every proxy notes whom it has the request from, after those before it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Proxies in front of this server (`PYNOMALY_TRUSTED_PROXIES`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// The address of the client: what the last trusted proxy says, and never what somebody says
    /// who is not trusted.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED_FOR).into_iter();
        let said = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        let said: Vec<_> = said.collect();
        let mut client = peer.to_canonical();
        for before in said.into_iter().rev() {
            match before.trim().parse::<IpAddr>() {
                Ok(before) if self.trust(client) => client = before.to_canonical(),
                _ => break,
            }
        }
        client
    }

    /// Whether nobody is trusted.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Addresses and networks, separated by commas.
impl FromStr for Proxies {
    type Err = ipnet::AddrParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let network = |name: &str| match name.parse::<IpAddr>() {
            Ok(address) => Ok(IpNet::from(address)),
            Err(_) => name.parse(),
        };
        names.map(network).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, said: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let proxies: Proxies = trusted.parse().unwrap();
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_trusted_peers_say_where_a_request_came_from() {
        assert_eq!(client("", "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(client("::1", "::1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(client("10.0.0.0/8", "::ffff:10.1.2.3", &["198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn what_a_client_says_itself_counts_for_nothing() {
        // The client wrote the first; the outer proxy added the client; the inner one the outer.
        let said = ["203.0.113.9, 198.51.100.7", "10.0.0.2"];
        assert_eq!(client("10.0.0.1,10.0.0.2", "10.0.0.1", &said), "198.51.100.7");
        assert_eq!(client("10.0.0.1", "10.0.0.1", &said), "10.0.0.2");
        assert_eq!(client("10.0.0.1", "10.0.0.1", &["198.51.100.7, nonsense"]), "10.0.0.1");
    }

    #[test]
    fn lists_that_are_none_are_refused() {
        for wrong in ["proxy.example.org", "10.0.0.0/33", "10.0.0.1;10.0.0.2"] {
            assert!(wrong.parse::<Proxies>().is_err(), "{wrong}");
        }
    }
}
