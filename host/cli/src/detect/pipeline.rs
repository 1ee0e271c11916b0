//! What happens before and after the detector, on the command line.

use crate::exit::Refused;
use clap::ValueEnum;
use pynomaly_core::preprocessing::{Encoding, Features, Missing, Preprocessing, Scaling};
use pynomaly_core::suppression::{Sizes, Suppression};
use pynomaly_core::threshold::CONTAMINATION_DEFAULT;
use pynomaly_engine::{Cut, Pipeline};

#[derive(clap::Args)]
pub(crate) struct Steps {
    /// Share of rows expected to be anomalous, in (0, 0.5].
    #[arg(long, default_value_t = CONTAMINATION_DEFAULT, conflicts_with = "threshold")]
    contamination: f64,
    /// A row is an anomaly if its score is greater than this: a number, or auto, auto:iqr,
    /// auto:mad, auto:pot.
    #[arg(long, allow_hyphen_values = true)]
    threshold: Option<String>,
    /// What becomes of the columns' scales.
    #[arg(long, value_enum, default_value_t = ScalingArgument::None)]
    scaling: ScalingArgument,
    /// What becomes of missing values.
    #[arg(long, value_enum, default_value_t = MissingArgument::Error)]
    missing: MissingArgument,
    /// What becomes of columns of texts: refuse them; a column of 0 and 1 for each category; or the
    /// share of rows of the same category.
    #[arg(long, value_enum, default_value_t = CategoriesArgument::Error)]
    categories: CategoriesArgument,
    /// Rows whose every value is so close to its column's median are no anomalies: one size, or
    /// one for each column.
    #[arg(long, value_name = "SIZE", value_delimiter = ',')]
    suppress_absolute: Vec<f64>,
    /// The same, in parts of the median: 0.05 is 5 %.
    #[arg(long, value_name = "SIZE", value_delimiter = ',')]
    suppress_relative: Vec<f64>,
    /// Also print how much each column raised or lowered each score.
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScalingArgument {
    /// They stay as they are.
    None,
    /// Mean 0, standard deviation 1.
    Standard,
    /// Median 0, interquartile range 1.
    Robust,
    /// From 0 to 1.
    Minmax,
}

#[derive(Clone, Copy, ValueEnum)]
enum MissingArgument {
    /// The detector takes them or refuses them.
    Error,
    /// Each becomes the median of its column.
    #[value(name = "impute_median", alias = "impute-median")]
    ImputeMedian,
}

#[derive(Clone, Copy, ValueEnum)]
enum CategoriesArgument {
    /// Texts are refused.
    Error,
    /// A column for each category.
    Onehot,
    /// How frequent the category is.
    Frequency,
}

impl Steps {
    /// How texts become numbers; `None` where they are refused.
    pub(crate) fn encoding(&self) -> Option<Encoding> {
        match self.categories {
            CategoriesArgument::Error => None,
            CategoriesArgument::Onehot => Some(Encoding::Onehot),
            CategoriesArgument::Frequency => Some(Encoding::Frequency),
        }
    }

    pub(crate) fn pipeline(&self) -> Result<Pipeline, Refused> {
        let scaling = match self.scaling {
            ScalingArgument::None => Scaling::None,
            ScalingArgument::Standard => Scaling::Standard,
            ScalingArgument::Robust => Scaling::Robust,
            ScalingArgument::Minmax => Scaling::Minmax,
        };
        let missing = match self.missing {
            MissingArgument::Error => Missing::Error,
            MissingArgument::ImputeMedian => Missing::ImputeMedian,
        };
        Ok(Pipeline {
            features: Features::default(),
            preprocessing: Preprocessing { scaling, missing },
            cut: self.cut()?,
            suppression: Suppression {
                absolute: sizes(&self.suppress_absolute),
                relative: sizes(&self.suppress_relative),
            },
            explain: self.explain,
        })
    }

    fn cut(&self) -> Result<Cut, Refused> {
        let Some(threshold) = &self.threshold else {
            return Ok(Cut::Contamination(self.contamination));
        };
        if let Ok(score) = threshold.parse() {
            return Ok(Cut::Threshold(score));
        }
        threshold
            .parse()
            .map(Cut::Auto)
            .map_err(|error: pynomaly_core::threshold::ThresholdError| Refused(error.to_string()))
    }
}

/// One is for all columns.
fn sizes(given: &[f64]) -> Option<Sizes> {
    match given {
        [] => None,
        [size] => Some(Sizes::All(*size)),
        sizes => Some(Sizes::Each(sizes.to_vec())),
    }
}
