//! The checks.

use crate::golden::{assert_close, bits};
use crate::tables::{Table, each, tables, tables_of_any_size};
use proptest::prelude::*;
use pynomaly_sdk::{Detector, Error, ExplainingModel, Fitted, Matrix, Model};

const SEED: u64 = 7;
/// How far scores may differ, relative to the greatest, where only rounding may differ.
const ROUNDING: f64 = 1e-9;

/// A detector with parameters, and what its method does not promise.
#[derive(Debug, Clone, Copy)]
pub struct Subject<D: Detector> {
    parameters: fn() -> D::Parameters,
    pub(crate) least_rows: usize,
    itself_left_out: bool,
    order_matters: bool,
    constants_matter: bool,
    columns_are_drawn: bool,
    rounding: f64,
}

impl<D: Detector> Subject<D> {
    /// With these parameters.
    #[must_use]
    pub fn new(parameters: fn() -> D::Parameters) -> Self {
        Self {
            parameters,
            least_rows: D::ABOUT.minimum_rows.max(1) as usize,
            itself_left_out: false,
            order_matters: false,
            constants_matter: false,
            columns_are_drawn: false,
            rounding: ROUNDING,
        }
    }

    /// These parameters need so many rows.
    #[must_use]
    pub fn least_rows(self, least_rows: usize) -> Self {
        Self { least_rows, ..self }
    }

    /// Scores training rows against the others only.
    #[must_use]
    pub fn itself_left_out(self) -> Self {
        Self { itself_left_out: true, ..self }
    }

    /// Draws rows at random, so that their order has an effect.
    #[must_use]
    pub fn order_matters(self) -> Self {
        Self { order_matters: true, ..self }
    }

    /// Its scores change with a constant column.
    #[must_use]
    pub fn constants_matter(self) -> Self {
        Self { constants_matter: true, ..self }
    }

    /// Draws columns at random, so that two equal ones may contribute differently.
    #[must_use]
    pub fn columns_are_drawn(self) -> Self {
        Self { columns_are_drawn: true, ..self }
    }

    /// Its scores are so exact, relative to the greatest.
    #[must_use]
    pub fn rounding(self, rounding: f64) -> Self {
        Self { rounding, ..self }
    }

    pub(crate) fn fit(&self, table: &Table) -> Result<Fitted<D::Model>, Error> {
        D::fit(&matrix(table), (self.parameters)(), SEED)
    }

    /// One row alone has the bits it has in a batch, also after saving and loading; saving what
    /// was loaded gives the same bytes.
    pub fn check_rows_alone(&self) {
        each(&(tables(self.least_rows), tables(1)), |(table, other)| {
            let model = self.fit(&table).unwrap().model;
            let mut queries = table.values.clone();
            let rows = other.values.chunks_exact(table.columns.min(other.values.len()));
            queries.extend(rows.filter(|row| row.len() == table.columns).flatten());
            let batch = model.score(&Matrix::new(table.columns, &queries)).unwrap();
            assert_finite(&batch);
            let loaded = D::Model::load(&model.save()).unwrap();
            assert_eq!(loaded.save(), model.save());
            for (row, score) in queries.chunks_exact(table.columns).zip(&batch) {
                let alone = loaded.score(&Matrix::new(table.columns, row)).unwrap();
                assert_eq!(bits(&alone), bits(&[*score]));
            }
        });
    }

    /// Training scores are finite, one a row, and the same on every run; unless rows are left
    /// out for themselves, they have the bits that scoring the rows gives.
    pub fn check_training_scores(&self) {
        each(&tables(self.least_rows), |table| {
            let Fitted { model, training_scores } = self.fit(&table).unwrap();
            assert_finite(&training_scores);
            let again = self.fit(&table).unwrap();
            assert_eq!(bits(&again.training_scores), bits(&training_scores));
            assert_eq!(again.model.save(), model.save());
            let scores = model.score(&matrix(&table)).unwrap();
            assert_eq!(scores.len(), training_scores.len());
            if !self.itself_left_out {
                assert_eq!(bits(&scores), bits(&training_scores));
            }
        });
    }

    /// The rows in another order have the same scores.
    pub fn check_permutation(&self) {
        let tables = (tables(self.least_rows), 0usize..60);
        each(&tables, |(table, turn)| {
            if self.order_matters {
                return;
            }
            let scores = self.fit(&table).unwrap().training_scores;
            let turn = turn % scores.len();
            let mut turned = table.clone();
            turned.values.rotate_left(turn * table.columns);
            let mut expected = scores;
            expected.rotate_left(turn);
            let scores = self.fit(&turned).unwrap().training_scores;
            assert_close(&scores, &expected, self.tolerance(&expected));
        });
    }

    /// A constant column leaves the differences between scores as they are.
    pub fn check_constant_column(&self) {
        let tables = (tables(self.least_rows), prop::sample::select(vec![0.0, 0.1, -7.0, 1e9]));
        each(&tables, |(table, constant)| {
            let rows = table.values.chunks_exact(table.columns);
            let values = rows.flat_map(|row| row.iter().copied().chain([constant])).collect();
            let wider = Table { columns: table.columns + 1, values };
            let scores = self.fit(&wider).unwrap().training_scores;
            assert_finite(&scores);
            if !self.constants_matter {
                let expected = differences(&self.fit(&table).unwrap().training_scores);
                assert_close(&differences(&scores), &expected, self.tolerance(&expected));
            }
        });
    }

    /// Rows that are all equal have one and the same finite score.
    pub fn check_equal_rows(&self) {
        let rows = self.least_rows..40;
        each(&(rows, prop::collection::vec(-1e3..1e3, 1..5)), |(rows, row)| {
            let table = Table { columns: row.len(), values: row.repeat(rows) };
            let fitted = self.fit(&table).unwrap();
            assert_finite(&fitted.training_scores);
            assert!(differences(&fitted.training_scores).iter().all(|it| *it == 0.0));
            let far: Vec<f64> = row.iter().map(|value| value + 1.0).collect();
            assert_finite(&fitted.model.score(&Matrix::new(row.len(), &far)).unwrap());
        });
    }

    /// Values from the least to the greatest float: an error, or finite scores.
    pub fn check_any_size(&self) {
        each(&tables_of_any_size(self.least_rows), |table| {
            let Ok(fitted) = self.fit(&table) else { return };
            assert_finite(&fitted.training_scores);
            if let Ok(scores) = fitted.model.score(&matrix(&table)) {
                assert_finite(&scores);
            }
        });
        each(&(tables(self.least_rows), tables_of_any_size(1)), |(table, other)| {
            let model = self.fit(&table).unwrap().model;
            let queries = Matrix::new(table.columns, &other.values);
            assert_finite(&model.score(&queries).unwrap());
        });
    }

    /// One wrong byte, a wrong length, or both: `bad-state`, or finite scores.
    pub fn check_damaged_states(&self) {
        let damages = (tables(self.least_rows), any::<usize>(), any::<u8>(), any::<usize>());
        each(&damages, |(table, at, byte, cut)| {
            let mut state = self.fit(&table).unwrap().model.save();
            damage(&mut state, at, byte, cut);
            match D::Model::load(&state) {
                Ok(model) => assert_finite(&model.score(&matrix(&table)).unwrap_or_default()),
                Err(error) => assert!(matches!(error, Error::BadState(_)), "{error}"),
            }
        });
    }

    fn tolerance(&self, scores: &[f64]) -> f64 {
        self.rounding * scores.iter().fold(1.0, |greatest, it| it.abs().max(greatest))
    }
}

impl<D: Detector<Model: ExplainingModel>> Subject<D> {
    /// Contributions are finite, one a value; a row's have the bits alone that they have in a
    /// batch, also after loading; and they add up to its score less what is the same for all rows.
    pub fn check_contributions(&self) {
        each(&tables(self.least_rows), |table| {
            let model = self.fit(&table).unwrap().model;
            let contributions = model.explain(&matrix(&table)).unwrap();
            assert_eq!(contributions.len(), table.values.len());
            assert_finite(&contributions);
            let loaded = D::Model::load(&model.save()).unwrap();
            let rows = table.values.chunks_exact(table.columns);
            let of_rows = contributions.chunks_exact(table.columns);
            for (row, expected) in rows.zip(of_rows.clone()) {
                let alone = loaded.explain(&Matrix::new(table.columns, row)).unwrap();
                assert_eq!(bits(&alone), bits(expected));
            }
            let sums: Vec<f64> = of_rows.map(|row| row.iter().sum()).collect();
            let expected = differences(&model.score(&matrix(&table)).unwrap());
            assert_close(&differences(&sums), &expected, self.tolerance(&expected));
        });
    }

    /// Two equal columns contribute the same.
    pub fn check_contribution_of_equals(&self) {
        each(&tables(self.least_rows), |table| {
            if self.columns_are_drawn {
                return;
            }
            let rows = table.values.chunks_exact(table.columns);
            let values = rows.flat_map(|row| row.iter().chain(row.first())).copied().collect();
            let wider = Table { columns: table.columns + 1, values };
            let contributions = self.fit(&wider).unwrap().model.explain(&matrix(&wider)).unwrap();
            let of = |column: usize| contributions.iter().skip(column).step_by(wider.columns);
            let [first, last] =
                [of(0), of(table.columns)].map(|it| it.copied().collect::<Vec<_>>());
            assert_close(&last, &first, self.tolerance(&contributions));
        });
    }

    /// The constant of a constant column contributes 0.
    pub fn check_contribution_of_constants(&self) {
        let tables = (tables(self.least_rows), prop::sample::select(vec![0.0, 0.1, -7.0, 1e9]));
        each(&tables, |(table, constant)| {
            let rows = table.values.chunks_exact(table.columns);
            let values = rows.flat_map(|row| row.iter().copied().chain([constant])).collect();
            let wider = Table { columns: table.columns + 1, values };
            let contributions = self.fit(&wider).unwrap().model.explain(&matrix(&wider)).unwrap();
            let last = contributions.iter().skip(table.columns).step_by(wider.columns);
            assert!({ last }.all(|it| *it == 0.0));
        });
    }
}

pub(crate) fn matrix(table: &Table) -> Matrix<'_> {
    Matrix::new(table.columns, &table.values)
}

/// One wrong byte; half of the cases keep their length.
pub(crate) fn damage(state: &mut Vec<u8>, at: usize, byte: u8, cut: usize) {
    let length = state.len();
    state.iter_mut().skip(at % length).take(1).for_each(|it| *it = byte);
    state.truncate(length - (cut % (2 * length)).saturating_sub(length));
}

fn differences(scores: &[f64]) -> Vec<f64> {
    let first = scores.first().copied().unwrap_or_default();
    scores.iter().map(|score| score - first).collect()
}

pub(crate) fn assert_finite(scores: &[f64]) {
    assert!(scores.iter().all(|score| score.is_finite()), "{scores:?}");
}
