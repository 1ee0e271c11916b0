//! The ROC and the precision-recall curves of all detectors, side by side.

use super::contest::{Entry, Quality};
use crate::svg::{Anchor, Panel, Pen, Svg};
use pynomaly_core::evaluation::{self, PrecisionRecallPoint};

/// Told apart also by those who see few colours (M. Okabe and K. Ito, 2008).
const COLORS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
/// When the colours are used up, they come again like this.
const DASHES: [&str; 3] = ["", "7 3", "2 3"];
/// What chance draws.
const CHANCE: Pen = Pen { color: "#999", width: 1.0, dashes: "4 4" };

const ROC: Panel = Panel { left: 70.0, top: 40.0, side: 400.0 };
const PRECISION_RECALL: Panel = Panel { left: 560.0, top: 40.0, side: 400.0 };
const WIDTH: f64 = 1_000.0;
/// Where the legend begins, and the height of its lines.
const LEGEND: (f64, f64) = (510.0, 22.0);

/// An SVG document. Detectors without scores are not in it.
pub(crate) fn draw(labels: &[bool], entries: &[Entry]) -> String {
    let lines = entries.iter().filter_map(|entry| {
        let finding = entry.outcome.as_ref().ok()?;
        Some((entry.name.as_str(), &finding.detection.scores, finding.quality.as_ref()?))
    });
    let lines: Vec<_> = lines.zip((0..).map(pen)).collect();
    let (top, step) = LEGEND;
    let height = (0..=lines.len()).map(|_| step).sum::<f64>() + top;
    let mut svg = Svg::new(WIDTH, height);
    svg.axes(ROC, "ROC", "false positive rate", "true positive rate");
    svg.axes(PRECISION_RECALL, "Precision and recall", "recall", "precision");
    svg.curve(ROC, [(0.0, 0.0), (1.0, 1.0)], CHANCE);
    let share = share_of_anomalies(labels);
    svg.curve(PRECISION_RECALL, [(0.0, share), (1.0, share)], CHANCE);
    // The best last, so that it is on top.
    for ((_, scores, _), pen) in lines.iter().rev() {
        curves(&mut svg, labels, scores, *pen);
    }
    let mut y = top + step / 2.0;
    for ((name, _, quality), pen) in &lines {
        legend(&mut svg, y, name, quality, *pen);
        y += step;
    }
    svg.finish()
}

fn pen(place: usize) -> Pen {
    let color = COLORS.iter().cycle().nth(place).unwrap_or(&"#000");
    let dashes = DASHES.iter().cycle().nth(place / COLORS.len()).unwrap_or(&"");
    Pen { color, width: 1.8, dashes }
}

fn curves(svg: &mut Svg, labels: &[bool], scores: &[f64], pen: Pen) {
    if let Ok(points) = evaluation::roc_curve(labels, scores) {
        let points = points.iter().map(|it| (it.false_positive_rate, it.true_positive_rate));
        svg.curve(ROC, points, pen);
    }
    if let Ok(points) = evaluation::precision_recall_curve(labels, scores) {
        svg.curve(PRECISION_RECALL, steps(&points), pen);
    }
}

/// Each precision holds from the recall before it to its own: what is below is the average
/// precision.
fn steps(points: &[PrecisionRecallPoint]) -> Vec<(f64, f64)> {
    let befores = std::iter::once(0.0).chain(points.iter().map(|point| point.recall));
    let step = |(before, point): (f64, &PrecisionRecallPoint)| {
        [(before, point.precision), (point.recall, point.precision)]
    };
    // What is flagged without any recall is no part of the area.
    let added = befores.zip(points).filter(|(before, point)| point.recall > *before);
    added.flat_map(step).collect()
}

fn legend(svg: &mut Svg, y: f64, name: &str, quality: &Quality, pen: Pen) {
    svg.sample((ROC.left, y - 4.0), pen);
    svg.text((ROC.left + 36.0, y), Anchor::Start, name);
    let auc = format!("ROC AUC {:.4}", quality.roc_auc);
    svg.text((ROC.left + ROC.side, y), Anchor::End, &auc);
    let precision = format!("average precision {:.4}", quality.average_precision);
    svg.text((PRECISION_RECALL.left, y), Anchor::Start, &precision);
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
fn share_of_anomalies(labels: &[bool]) -> f64 {
    labels.iter().filter(|label| **label).count() as f64 / labels.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_enclose_the_average_precision() {
        let labels = [true, false, true, false, false, true, false, false];
        let scores = [0.5, 0.5, 0.5, 0.2, 0.2, 0.9, 0.9, 0.1];
        let points = evaluation::precision_recall_curve(&labels, &scores).unwrap();
        let third = 1.0 / 3.0;
        assert_eq!(steps(&points), [(0.0, 0.5), (third, 0.5), (third, 0.6), (1.0, 0.6)]);
    }

    #[test]
    fn no_two_of_many_pens_are_alike() {
        let pens: std::collections::BTreeSet<_> =
            (0..21).map(pen).map(|pen| (pen.color, pen.dashes)).collect();
        assert_eq!(pens.len(), 21);
    }
}
