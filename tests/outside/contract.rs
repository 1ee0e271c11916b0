//! The contract 1.0 is frozen: its text stays, and what was built against it stays served.

use crate::support::{Server, guest};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What to do instead of changing it.
const ADD_INSTEAD: &str =
    "wit/1.0 is frozen: put it into wit/1.1, as tests/fixtures/1.0/README.md says";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The words of a WIT file, comments aside: documentation may get better.
fn words(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.lines().map(|line| line.split("//").next().unwrap());
    code.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_contract_says_what_it_said_when_it_was_frozen() {
    let (now, frozen) = (root().join("wit/1.0"), root().join("tests/fixtures/1.0/wit"));
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&now), names(&frozen), "{ADD_INSTEAD}");
    for name in names(&frozen) {
        assert_eq!(words(&now.join(&name)), words(&frozen.join(&name)), "{name:?}: {ADD_INSTEAD}");
    }
}

#[test]
fn binaries_built_against_it_stay_served() {
    let fixture = |name: &str| std::fs::read(root().join("tests/fixtures/1.0").join(name)).unwrap();
    let server =
        Server::start(&[("ecod.wasm", &fixture("ecod.wasm")), ("knn.wasm", &fixture("knn.wasm"))]);
    let rows = json!([[1.0], [2.0], [3.0], [4.0], [60.0]]);
    let one = json!({"parameters": {"n_neighbors": 1}});
    let knn = server.admin().detect("knn", &rows, &one).scores();
    assert_eq!(knn, [1.0, 1.0, 1.0, 1.0, 56.0]);
    let ecod = server.admin().detect("ecod", &rows, &json!({})).scores();
    assert_eq!(ecod.iter().copied().fold(0.0, f64::max), 5.0_f64.ln());
}

#[test]
fn a_plugin_with_more_abilities_is_served_as_a_detector() {
    let server = Server::start(&[("abilities.wasm", &guest("abilities"))]);
    let answer = server.admin().detect("abilities", &json!([[1.0], [5.0], [2.0]]), &json!({}));
    assert_eq!(answer.scores(), [1.0, 3.0, 0.0]);
    let explained =
        server.admin().detect("abilities", &json!([[1.0], [5.0]]), &json!({"explain": true}));
    assert_eq!(explained.json()["pipeline"]["explained"], "exact");
    assert_eq!(explained.json()["results"][0]["contributions"], json!([4.0]));
    let described = server.admin().get("/api/v1/detectors/abilities").json();
    assert_eq!(described["task"], "time-series");
}
