//! `pynomaly detect` as a program sees it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::process::{Command, Output};

/// 40 rows of a colour, a size with a hole, and a constant; the last is of a colour of its own.
fn file(folder: &std::path::Path) -> std::path::PathBuf {
    let row = |at: usize| {
        let colour = if at == 39 { "green" } else { ["red", "blue"][at % 2] };
        let size = if at == 5 { String::new() } else { (at * at % 17).to_string() };
        format!("{colour},{size},7\n")
    };
    let rows: String = (0..40).map(row).collect();
    let path = folder.join("rows.csv");
    std::fs::write(&path, format!("colour,size,constant\n{rows}")).unwrap();
    path
}

fn detect(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    command.env_remove("PYNOMALY_PLUGIN_DIR").arg("detect").arg(file(folder.path()));
    command.args(arguments).output().unwrap()
}

#[test]
fn texts_holes_and_scales_are_dealt_with_and_the_odd_colour_is_why() {
    for categories in ["onehot", "frequency"] {
        let output = detect(&[
            "--categories",
            categories,
            "--missing",
            "impute_median",
            "--scaling",
            "robust",
            "--threshold",
            "auto:mad",
            "--explain",
        ]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines = text.lines();
        let names = "index,score,is_anomaly,contribution_0,contribution_1,contribution_2";
        assert_eq!(lines.next(), Some(names));
        let last: Vec<_> = lines.next_back().unwrap().split(',').collect();
        let [colour, size, constant] =
            [last[3], last[4], last[5]].map(|cell| cell.parse::<f64>().unwrap());
        assert!(colour > size && constant == 0.0, "{categories}: {last:?}");
    }
}

#[test]
fn what_is_not_asked_for_is_refused() {
    let texts = detect(&[]);
    assert_eq!(texts.status.code(), Some(3), "{texts:?}");
    assert!(String::from_utf8_lossy(&texts.stderr).contains("\"red\" is no finite number"));
    let folder = tempfile::tempdir().unwrap();
    let ecod = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/plugins/ecod.wasm");
    std::fs::copy(ecod, folder.path().join("ecod.wasm")).unwrap();
    let plugins = folder.path().to_str().unwrap();
    let holes = detect(&["--columns", "size", "--detector", "ecod", "--plugins", plugins]);
    assert!(String::from_utf8_lossy(&holes.stderr).contains("row 5, column 0 is missing"));
    let method = detect(&["--columns", "constant", "--threshold", "auto:best"]);
    assert!(String::from_utf8_lossy(&method.stderr).contains("one of auto, auto:iqr"));
}

#[test]
fn small_deviations_are_suppressed() {
    let asked = ["--columns", "size", "--missing", "impute_median", "--suppress-absolute", "100"];
    let output = detect(&asked);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("index,score,is_anomaly,is_suppressed\n"), "{text}");
    assert!(!text.contains("true,true") && text.contains("false,true"), "{text}");
}
