//! Detectors of series and streams, in the sandbox: a planted spike is found with no parameters
//! given.

use crate::support::{Server, bundled};
use serde_json::json;

const NAMES: [&str; 7] =
    ["ewma", "half_space_trees", "matrix_profile", "rcf", "spectral_residual", "stl", "sub_pca"];
const SPIKE: usize = 300;

/// Seasons of 24 moments with some noise, and one spike.
fn series() -> Vec<[f64; 1]> {
    let value = |step: usize| {
        let phase = (step % 24) as f64 / 24.0;
        let noise = (step * step % 101) as f64 / 101.0;
        (phase * std::f64::consts::TAU).sin() + noise * 0.3
    };
    let mut series: Vec<_> = (0..400).map(|step| [value(step)]).collect();
    series[SPIKE][0] += 8.0;
    series
}

#[test]
fn a_spike_in_a_series_is_found_by_all_and_twice_with_the_same_bits() {
    let components: Vec<_> =
        NAMES.iter().map(|name| (format!("{name}.wasm"), bundled(name))).collect();
    let files: Vec<_> =
        components.iter().map(|(file, bytes)| (file.as_str(), bytes.as_slice())).collect();
    let server = Server::start(&files);
    let admin = server.admin();
    let rows = json!(series());
    for name in NAMES {
        let answer = admin.detect(name, &rows, &json!({}));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let scores = answer.scores();
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let place = scores.iter().position(|score| *score == highest);
        // A window that ends later still holds the spike.
        assert!((SPIKE..SPIKE + 32).contains(&place.unwrap()), "{name}: {place:?}");
        let again = admin.detect(name, &rows, &json!({})).scores();
        assert!(scores.iter().zip(&again).all(|(a, b)| a.to_bits() == b.to_bits()), "{name}");
    }
}
