//! Just enough SVG for curves within a unit square.

use std::fmt::{Display, Write};

/// Curves lose points that are nearer than this to the last one kept, in pixels: nobody sees them.
const STEP_MIN: f64 = 0.2;
/// Lines of the grid are this far apart.
const TICKS: [f64; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];

/// A drawing under way.
pub(crate) struct Svg {
    body: String,
    width: f64,
    height: f64,
}

/// A square of pixels that stands for [0, 1] × [0, 1], y upwards.
#[derive(Clone, Copy)]
pub(crate) struct Panel {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) side: f64,
}

/// How a line looks.
#[derive(Clone, Copy)]
pub(crate) struct Pen {
    pub(crate) color: &'static str,
    /// In pixels.
    pub(crate) width: f64,
    /// Lengths of strokes and gaps; empty for a whole line.
    pub(crate) dashes: &'static str,
}

/// Where a text stands towards its point.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        let mut svg = Self { body: String::new(), width, height };
        svg.push(format_args!(
            "<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\" stroke=\"none\"/>"
        ));
        svg
    }

    /// The frame, grid and words of a panel.
    pub(crate) fn axes(&mut self, panel: Panel, title: &str, x: &str, y: &str) {
        let grid = Pen { color: "#e4e4e4", width: 1.0, dashes: "" };
        for tick in TICKS {
            self.curve(panel, [(tick, 0.0), (tick, 1.0)], grid);
            self.curve(panel, [(0.0, tick), (1.0, tick)], grid);
            let ((across, below), (left, up)) = (panel.at((tick, 0.0)), panel.at((0.0, tick)));
            self.text((across, below + 18.0), Anchor::Middle, &format!("{tick:.1}"));
            self.text((left - 8.0, up + 4.0), Anchor::End, &format!("{tick:.1}"));
        }
        let frame = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)];
        self.curve(panel, frame, Pen { color: "#666", width: 1.0, dashes: "" });
        let (middle, bottom) = panel.at((0.5, 0.0));
        self.text((middle, panel.top - 12.0), Anchor::Middle, title);
        self.text((middle, bottom + 38.0), Anchor::Middle, x);
        let (x, middle) = (panel.left - 40.0, panel.top + panel.side / 2.0);
        self.push(format_args!(
            "<text transform=\"translate({x} {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            escape(y)
        ));
    }

    /// A line through points of the unit square.
    pub(crate) fn curve(
        &mut self,
        panel: Panel,
        points: impl IntoIterator<Item = (f64, f64)>,
        pen: Pen,
    ) {
        let seen = thin(points.into_iter().map(|point| panel.at(point)));
        self.polyline(&seen, pen);
    }

    /// A short piece of a pen's line, as in a legend.
    pub(crate) fn sample(&mut self, (x, y): (f64, f64), pen: Pen) {
        self.polyline(&[(x, y), (x + 26.0, y)], pen);
    }

    pub(crate) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escape(text)
        ));
    }

    pub(crate) fn finish(self) -> String {
        let Self { body, width, height } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\" \
             fill=\"#222\">\n{body}</svg>\n"
        )
    }

    fn polyline(&mut self, points: &[(f64, f64)], pen: Pen) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let Pen { color, width, dashes } = pen;
        self.push(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" \
             stroke-dasharray=\"{dashes}\" stroke-linejoin=\"round\"/>",
            points.join(" ")
        ));
    }

    fn push(&mut self, element: impl Display) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{element}");
    }
}

impl Panel {
    fn at(self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.left + x * self.side, self.top + (1.0 - y) * self.side)
    }
}

/// Leaves out what is too near to the last point kept; never the last of all.
fn thin(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let mut points = points.peekable();
    while let Some((x, y)) = points.next() {
        let is_seen = |(last_x, last_y): &(f64, f64)| {
            (x - last_x).abs() >= STEP_MIN || (y - last_y).abs() >= STEP_MIN
        };
        if points.peek().is_none() || kept.last().is_none_or(is_seen) {
            kept.push((x, y));
        }
    }
    kept
}

/// A name given from outside stays a text.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_very_many_points_becomes_short() {
        let points = (0..=100_000).map(|it| (f64::from(it) * 1e-3, 5.0));
        let thinned = thin(points);
        assert!(thinned.len() < 600, "{}", thinned.len());
        assert_eq!((thinned.first(), thinned.last()), (Some(&(0.0, 5.0)), Some(&(100.0, 5.0))));
    }

    #[test]
    fn panels_stand_on_their_feet() {
        let panel = Panel { left: 10.0, top: 20.0, side: 100.0 };
        assert_eq!(panel.at((0.0, 0.0)), (10.0, 120.0));
        assert_eq!(panel.at((1.0, 1.0)), (110.0, 20.0));
    }

    #[test]
    fn names_cannot_become_elements() {
        assert_eq!(escape("<a>&"), "&lt;a&gt;&amp;");
    }
}
