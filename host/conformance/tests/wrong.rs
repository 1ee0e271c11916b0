//! Each check can fail: a plugin that breaks one promise is caught by the check of that promise.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use pynomaly_conformance::{KitError, Options, Outcome, Report, full, short};
use pynomaly_core::Value;
use pynomaly_sandbox::{Limits, Sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A fault of the guest `wrong`, and the check that must see it. `threads` has none of its own: what
/// instances could know of each other, the sandbox keeps from them.
const FAULTS: [(&str, &str); 22] = [
    ("determinism", "determinism"),
    ("determinism", "threads"),
    ("nan_canonicalization", "nan_canonicalization"),
    ("saved_state", "saved_state"),
    ("row_alone", "row_alone"),
    ("permutation", "permutation"),
    ("duplicates", "duplicates"),
    ("constant_columns", "constant_columns"),
    ("minimum_rows", "minimum_rows"),
    ("limits", "limits"),
    ("quality", "quality"),
    ("cost", "cost"),
    ("hostile_inputs", "hostile_inputs"),
    ("damaged_states", "damaged_states"),
    ("scale", "scale"),
    ("planted_outlier", "planted_outlier"),
    ("text_parameters", "text_parameters"),
    ("parameter_ends", "parameter_ends"),
    ("fuel_growth", "fuel_growth"),
    ("memory_bound", "memory_bound"),
    ("explanations", "explanations"),
    ("learning", "learning"),
];

fn guest(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins-test");
    let path = folder.join(format!("{name}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|_| panic!("{} is not there; run `cargo xtask plugins`", path.display()))
}

fn sandbox() -> Sandbox {
    Sandbox::new(Limits::default(), None).unwrap()
}

fn options(fault: &str) -> Options {
    let parameters = BTreeMap::from([("fault".to_owned(), Value::Text(fault.to_owned()))]);
    Options { parameters, ..Options::default() }
}

fn try_fault(fault: &str) -> Report {
    full(&sandbox(), &guest("wrong"), &options(fault)).unwrap()
}

#[test]
fn without_a_fault_every_check_passes() {
    let report = try_fault("nothing");
    assert_eq!(report.failures().collect::<Vec<_>>(), []);
    assert!(report.checks.iter().all(|check| check.outcome == Outcome::Passed), "{report:?}");
}

#[test]
fn each_fault_is_seen_by_its_check() {
    for (fault, check) in FAULTS {
        let report = try_fault(fault);
        let failures: Vec<_> = report.failures().collect();
        assert!(
            !report.passed && failures.iter().any(|(name, _)| *name == check),
            "{fault}: {failures:?}"
        );
        // A fault that spoils everything else, too, would prove nothing.
        assert!(failures.len() <= 6, "{fault}: {failures:?}");
    }
}

#[test]
fn every_check_can_fail() {
    let report = try_fault("nothing");
    let shown = FAULTS.iter().map(|(_, check)| *check).chain(["description"]);
    let shown: BTreeSet<_> = shown.collect();
    let checks: BTreeSet<_> = report.checks.iter().map(|check| check.name).collect();
    assert_eq!(checks, shown);
}

#[test]
fn nonsense_in_the_description_is_seen() {
    let report = short(&sandbox(), &guest("wrong_description"), &Options::default()).unwrap();
    let failures: BTreeMap<_, _> = report.failures().collect();
    let vouched = "`auc-floor` must be a number within [0, 1], not \"high\"";
    assert_eq!(failures["description"], vouched);
    let rows = "4294967295 rows are asked for; at most 10000 can be tried";
    assert_eq!(failures["minimum_rows"], rows);
}

#[test]
fn the_short_form_is_a_part_of_the_full_one_and_gives_the_same_card() {
    let (sandbox, component) = (sandbox(), guest("wrong"));
    let short = short(&sandbox, &component, &Options::default()).unwrap();
    let full = full(&sandbox, &component, &Options::default()).unwrap();
    let names = |report: &Report| report.checks.iter().map(|it| it.name).collect::<Vec<_>>();
    assert!(names(&full).starts_with(&names(&short)) && names(&short).len() == 12);
    let (short, full) = (short.cost.unwrap(), full.cost.unwrap());
    assert_eq!((short.fit.fuel, short.fit.memory_bytes), (full.fit.fuel, full.fit.memory_bytes));
    assert_eq!((short.score.fuel, short.rows_max), (full.score.fuel, full.rows_max));
}

#[test]
fn a_run_is_bounded_in_fuel_and_time_and_can_be_cancelled() {
    let (sandbox, component) = (sandbox(), guest("wrong"));
    let run = |options: Options| short(&sandbox, &component, &options);
    for poor in [
        Options { fuel_max: Some(5_000_000), ..Options::default() },
        Options { wall_max: Some(Duration::ZERO), ..Options::default() },
    ] {
        let report = run(poor).unwrap();
        let (check, cause) = report.failures().last().unwrap();
        assert_eq!(check, "cost");
        assert_eq!(cause, "not tried: the run's fuel or time is used up");
    }
    let cancelled = Options { cancel: Some(Arc::new(AtomicBool::new(true))), ..Options::default() };
    assert!(matches!(run(cancelled), Err(KitError::Cancelled)));
}

#[test]
fn what_is_no_plugin_or_no_parameter_of_it_has_no_report() {
    let sandbox = sandbox();
    let none = short(&sandbox, b"\0asm", &Options::default());
    assert!(matches!(none, Err(KitError::Load(_))));
    let wrong = short(&sandbox, &guest("wrong"), &options("nonesuch"));
    assert!(matches!(wrong, Err(KitError::Parameter(_))));
}
