//! `pynomaly evaluate` as a program sees it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/breast_cancer_wisconsin/data.csv")
}

fn evaluate(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pynomaly"));
    command.env_remove("PYNOMALY_PLUGIN_DIR").arg("evaluate").arg(data()).args(arguments);
    command.output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_native_detector_is_ranked_above_one_that_is_not_there() {
    let output =
        evaluate(&["--label", "label", "--detectors", "nobody,isolation_forest", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answer = json(&output);
    assert_eq!(
        (&answer["rows"], &answer["columns"], &answer["anomalies"]),
        (&569.into(), &30.into(), &212.into())
    );
    let [forest, nobody] = answer["detectors"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(forest["name"], "isolation_forest");
    // scikit-learn 1.9 on the same rows, 10 seeds: 0.72 to 0.82 and 0.58 to 0.69.
    let roc_auc = forest["roc_auc"].as_f64().unwrap();
    assert!((0.70..0.85).contains(&roc_auc), "{roc_auc}");
    let precision = forest["average_precision"].as_f64().unwrap();
    assert!((0.55..0.75).contains(&precision), "{precision}");
    assert_eq!(forest["flagged"], 57);
    assert_eq!(nobody["name"], "nobody");
    assert!(nobody["reason"].as_str().unwrap().contains("there is no detector `nobody`"));
}

#[test]
fn tables_and_plot_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let plot = folder.path().join("curves.svg");
    let output = evaluate(&["--label", "label", "--compare", "--plot", plot.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("569 rows of 30 columns, 212 anomalies; "), "{text}");
    assert!(text.contains("\nisolation_forest   0.7"), "{text}");
    let svg = std::fs::read_to_string(&plot).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains(">isolation_forest</text>"));
}

#[test]
fn compare_needs_no_labels() {
    let output = evaluate(&["--compare", "--exclude", "label", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answer = json(&output);
    assert_eq!(answer["detectors"][0]["flagged"], 57);
    assert!(answer.get("anomalies").is_none() && answer["detectors"][0].get("roc_auc").is_none());
}

#[test]
fn exit_codes_say_whose_fault_it_is() {
    let code = |arguments: &[&str]| evaluate(arguments).status.code();
    assert_eq!(code(&[]), Some(2), "neither labels nor --compare");
    assert_eq!(code(&["--label", "mean_radius"]), Some(3), "labels that are no labels");
    assert_eq!(code(&["--label", "nothing"]), Some(3), "no such column");
    assert_eq!(code(&["--label", "label", "--detectors", "nobody"]), Some(3), "no scores at all");
    assert_eq!(code(&["--label", "label", "--contamination", "0.9"]), Some(3), "out of range");
}
