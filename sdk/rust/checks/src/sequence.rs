//! The checks of detectors for which the order of rows is the order of moments.

use crate::golden::bits;
use crate::subject::{Subject, assert_finite, matrix};
use crate::tables::{each, tables};
use proptest::prelude::*;
use pynomaly_sdk::{Detector, Error, Fitted, Matrix, Model, StreamingModel};

impl<D: Detector> Subject<D> {
    /// The first rows of a stretch score what they score within the whole, also after loading;
    /// saving what was loaded gives the same bytes.
    pub fn check_first_rows(&self) {
        each(&(tables(self.least_rows), any::<usize>()), |(table, at)| {
            let Fitted { model, training_scores } = self.fit(&table).unwrap();
            assert_finite(&training_scores);
            let loaded = D::Model::load(&model.save()).unwrap();
            assert_eq!(loaded.save(), model.save());
            let whole = model.score(&matrix(&table)).unwrap();
            assert_finite(&whole);
            let first = 1 + at % whole.len();
            let rows = table.values.iter().take(first * table.columns).copied();
            let rows = rows.collect::<Vec<_>>();
            let part = loaded.score(&Matrix::new(table.columns, &rows)).unwrap();
            assert_eq!(bits(&part), bits(whole.get(..first).unwrap()));
        });
    }
}

impl<D: Detector<Model: StreamingModel>> Subject<D> {
    /// Learning row by row after loading, each row looked at first, gives the scores and the model
    /// that learning all rows at once gives.
    pub fn check_pieces(&self) {
        each(&(tables(self.least_rows), any::<usize>()), |(table, at)| {
            let columns = table.columns;
            let mut whole = self.fit(&table).unwrap().model;
            let mut pieces = D::Model::load(&whole.save()).unwrap();
            let at_once = whole.update(&matrix(&table)).unwrap();
            let cut = at % (table.values.len() / columns) * columns;
            let (start, rest) = table.values.split_at(cut);
            let mut scores = match start {
                [] => Vec::new(),
                start => pieces.update(&Matrix::new(columns, start)).unwrap(),
            };
            let mut pieces = D::Model::load(&pieces.save()).unwrap();
            for row in rest.chunks_exact(columns) {
                let looked = pieces.score(&Matrix::new(columns, row)).unwrap();
                let learnt = pieces.update(&Matrix::new(columns, row)).unwrap();
                assert_eq!(bits(&looked), bits(&learnt));
                scores.extend(learnt);
            }
            assert_eq!(bits(&scores), bits(&at_once));
            assert_eq!(pieces.save(), whole.save());
        });
    }

    /// One wrong byte, a wrong length, or both: `bad-state`, or a model that still learns.
    pub fn check_learning_of_damaged_states(&self) {
        let damages = (tables(self.least_rows), any::<usize>(), any::<u8>(), any::<usize>());
        each(&damages, |(table, at, byte, cut)| {
            let mut state = self.fit(&table).unwrap().model.save();
            crate::subject::damage(&mut state, at, byte, cut);
            match D::Model::load(&state) {
                Ok(mut model) => {
                    let ends = [1.0, f64::MAX, f64::MIN, 5e-324].repeat(table.columns);
                    assert_finite(
                        &model.update(&Matrix::new(table.columns, &ends)).unwrap_or_default(),
                    );
                }
                Err(error) => assert!(matches!(error, Error::BadState(_)), "{error}"),
            }
        });
    }

    /// Rows of another width are refused, and change nothing.
    pub fn check_refused_rows(&self) {
        each(&tables(self.least_rows), |table| {
            let mut model = self.fit(&table).unwrap().model;
            let before = model.save();
            let row = vec![1.0; table.columns + 1];
            let wider = Matrix::new(table.columns + 1, &row);
            assert!(matches!(model.score(&wider), Err(Error::InvalidInput(_))));
            assert!(matches!(model.update(&wider), Err(Error::InvalidInput(_))));
            assert_eq!(model.save(), before);
        });
    }
}
