//! Pushing to and pulling from a real registry.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use pynomaly_oci::{
    Artifact, Credentials, Digest, Limits, Options, Reference, RegistryError, World, pull, push,
};
use pynomaly_test_services::Registry;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

fn artifact() -> Artifact {
    let signature = Some("keyid=a, ed25519=b".to_owned());
    Artifact { component: b"\0asm and more".to_vec(), signature }
}

fn world() -> World {
    let name = |it: &str| vec![format!("pynomaly:detector/{it}@1.0.0")];
    World { imports: name("log"), exports: name("detector") }
}

fn reference(host: &str, rest: &str) -> Reference {
    format!("{host}/acme/knn{rest}").parse().unwrap()
}

fn with_login(username: &str, password: &str) -> Options {
    let credentials = Credentials::new(username.into(), password.into());
    Options { credentials: Some(credentials), ..Options::default() }
}

#[test]
fn what_was_pushed_comes_back_by_tag_and_by_digest() {
    let registry = Registry::start().unwrap();
    let (host, options) = (registry.host(), Options::default());
    let digest = push(&artifact(), &world(), &reference(&host, ":1.0.0"), &options).unwrap();
    for rest in [":1.0.0".to_owned(), format!("@{digest}"), format!(":other@{digest}")] {
        let pulled = pull(&reference(&host, &rest), &options).unwrap();
        assert_eq!((pulled.artifact, &pulled.digest), (artifact(), &digest), "{rest}");
    }
    // Again, and under another tag, it is the same.
    for rest in [":1.0.0", ":latest"] {
        let again = push(&artifact(), &world(), &reference(&host, rest), &options).unwrap();
        assert_eq!(again, digest);
    }
    let by_digest = format!("@{digest}");
    assert!(push(&artifact(), &world(), &reference(&host, &by_digest), &options).is_ok());
    let unsigned = Artifact { signature: None, ..artifact() };
    let error = push(&unsigned, &world(), &reference(&host, &by_digest), &options).unwrap_err();
    assert!(matches!(error, RegistryError::Digest { what: "manifest", .. }), "{error}");
    let missing = pull(&reference(&host, ":2.0.0"), &options).unwrap_err();
    assert!(matches!(missing, RegistryError::Missing(_)), "{missing}");
    let nowhere = format!("@{}", Digest::of(b""));
    assert!(matches!(pull(&reference(&host, &nowhere), &options), Err(RegistryError::Missing(_))));
}

#[test]
fn registry_that_wants_a_login_gets_it() {
    let registry = Registry::start_with_login().unwrap();
    let host = registry.host();
    let reference = reference(&host, ":1.0.0");
    let (username, password) = Registry::LOGIN;
    for options in [Options::default(), with_login(username, "wrong"), with_login("x", password)] {
        let error = push(&artifact(), &world(), &reference, &options).unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { .. }), "{error}");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
    let options = with_login(username, password);
    let digest = push(&artifact(), &world(), &reference, &options).unwrap();
    assert_eq!(pull(&reference, &options).unwrap().digest, digest);
    assert!(matches!(
        pull(&reference, &Options::default()),
        Err(RegistryError::Unauthorized { .. })
    ));
}

#[test]
fn component_beyond_the_limit_is_not_fetched() {
    let registry = Registry::start().unwrap();
    let reference = reference(&registry.host(), ":1");
    push(&artifact(), &world(), &reference, &Options::default()).unwrap();
    let limit = artifact().component.len();
    let options = |component_bytes_max| Options {
        limits: Limits { component_bytes_max, ..Limits::default() },
        ..Options::default()
    };
    assert!(pull(&reference, &options(limit)).is_ok());
    let error = pull(&reference, &options(limit - 1)).unwrap_err();
    assert!(matches!(error, RegistryError::Artifact(_)), "{error}");
}

#[test]
fn bytes_that_changed_in_the_registry_are_refused() {
    let registry = Registry::start().unwrap();
    let (host, options) = (registry.host(), Options::default());
    let digest = push(&artifact(), &world(), &reference(&host, ":1"), &options).unwrap();
    let spoil = |digest: &Digest| {
        let digits = digest.as_str().strip_prefix("sha256:").unwrap();
        let path = format!("blobs/docker/registry/v2/blobs/sha256/{}/{digits}/data", &digits[..2]);
        let path = registry.folder().join(path);
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    spoil(&Digest::of(&artifact().component));
    let error = pull(&reference(&host, ":1"), &options).unwrap_err();
    assert!(matches!(error, RegistryError::Digest { what: "component", .. }), "{error}");
    spoil(&digest);
    // Whether the registry notices itself or we do, it does not come through.
    assert!(pull(&reference(&host, &format!("@{digest}")), &options).is_err());
}

#[test]
fn registry_that_is_away_or_silent_is_given_up() {
    let mut registry = Registry::start().unwrap();
    registry.stop();
    let error = pull(&reference(&registry.host(), ":1"), &Options::default()).unwrap_err();
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error}");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let limits = Limits { time_max: Duration::from_millis(300), ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let error = pull(&reference(&host, ":1"), &options).unwrap_err();
    assert!(matches!(error, RegistryError::Time(_)), "{error}");
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    let registry = Registry::start().unwrap();
    let port = registry.host().rsplit_once(':').unwrap().1.to_owned();
    // Another name of this machine, that is not known to be one.
    let host = format!("0.0.0.0:{port}");
    let reference = reference(&host, ":1");
    let error = push(&artifact(), &world(), &reference, &Options::default()).unwrap_err();
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error}");
    let plain = Options { is_plain: true, ..Options::default() };
    push(&artifact(), &world(), &reference, &plain).unwrap();
}

/// Makes an answer; it is given its own `HOST:PORT`.
type Answering = Box<dyn Fn(&str) -> String + Send>;

/// Answers one request after the other, each on a connection of its own, and gives their heads.
fn answering(answers: Vec<Answering>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let own = host.clone();
    let heads = move || {
        let one = |answer: Answering| {
            let (mut stream, _) = listener.accept().unwrap();
            let head = head(&mut stream);
            stream.write_all(answer(&own).as_bytes()).unwrap();
            head
        };
        answers.into_iter().map(one).collect()
    };
    (host, std::thread::spawn(heads))
}

fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut reader) = (String::new(), BufReader::new(stream).take(10_000));
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0);
    }
    head
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
}

#[test]
fn token_is_fetched_from_where_the_registry_says() {
    let answers: Vec<Answering> = vec![
        Box::new(|own| {
            let challenge = format!(
                "www-authenticate: Bearer realm=\"http://{own}/token\",service=\"a b\"\r\n"
            );
            answer("401 Unauthorized", &challenge, "")
        }),
        Box::new(|_| answer("200 OK", "", r#"{"access_token": "t0ken"}"#)),
        Box::new(|_| answer("404 Not Found", "", "")),
    ];
    let (host, heads) = answering(answers);
    let error = pull(&reference(&host, ":1"), &with_login("ada", "secret")).unwrap_err();
    assert!(matches!(error, RegistryError::Missing(_)), "{error}");
    let heads = heads.join().unwrap();
    assert!(!heads[0].contains("authorization"), "{}", heads[0]);
    assert!(heads[1].starts_with("GET /token?"), "{}", heads[1]);
    assert!(heads[1].contains("service=a%20b") || heads[1].contains("service=a+b"), "{}", heads[1]);
    assert!(heads[1].contains("acme") && heads[1].contains("pull"), "{}", heads[1]);
    assert!(heads[1].contains("authorization: Basic "), "{}", heads[1]);
    assert!(heads[2].contains("authorization: Bearer t0ken"), "{}", heads[2]);
}

#[test]
fn credentials_stay_with_their_registry() {
    let (elsewhere, seen) = answering(vec![Box::new(|_| answer("404 Not Found", "", ""))]);
    let answers: Vec<Answering> = vec![
        Box::new(|_| answer("401 Unauthorized", "www-authenticate: Basic\r\n", "")),
        Box::new(move |_| {
            answer("307 Temporary Redirect", &format!("location: http://{elsewhere}/x\r\n"), "")
        }),
    ];
    let (host, heads) = answering(answers);
    let error = pull(&reference(&host, ":1"), &with_login("ada", "secret")).unwrap_err();
    assert!(matches!(error, RegistryError::Missing(_)), "{error}");
    assert!(heads.join().unwrap()[1].contains("authorization: Basic "));
    assert!(!seen.join().unwrap()[0].contains("authorization"));
}

#[test]
fn registry_that_sends_more_than_it_says_is_given_up() {
    let (host, heads) =
        answering(vec![Box::new(|_| answer("200 OK", "", &"x".repeat((1 << 20) + 1)))]);
    let error = pull(&reference(&host, ":1"), &Options::default()).unwrap_err();
    assert!(matches!(&error, RegistryError::Answer(said) if said.contains("1048576")), "{error}");
    heads.join().unwrap();
    let described = |media_type: &str, size: u64| {
        format!(
            r#"{{"mediaType": "{media_type}", "digest": "{}", "size": {size}}}"#,
            Digest::of(b"four")
        )
    };
    let config = described("application/vnd.wasm.config.v0+json", 4);
    let layer = described("application/wasm", 4);
    let manifest = format!(r#"{{"schemaVersion": 2, "config": {config}, "layers": [{layer}]}}"#);
    for (blob, is_well) in [("four", true), ("fours", false), ("for", false)] {
        let manifest = manifest.clone();
        let (host, heads) = answering(vec![
            Box::new(move |_| answer("200 OK", "", &manifest)),
            Box::new(move |_| answer("200 OK", "", blob)),
        ]);
        assert_eq!(pull(&reference(&host, ":1"), &Options::default()).is_ok(), is_well, "{blob}");
        heads.join().unwrap();
    }
}
