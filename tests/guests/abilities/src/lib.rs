//! Has every ability of the contract, written on the bare bindings: proves that `explainer` and
//! `learner` can be implemented, and that a host that only wants `detector` serves it.

wit_bindgen::generate!({
    inline: "
        package test:abilities;
        world abilities {
            include pynomaly:detector/explaining-plugin@1.0.0;
            include pynomaly:detector/streaming-plugin@1.0.0;
        }
    ",
    path: "../../../wit/1.0",
    world: "test:abilities/abilities",
    generate_all,
});

use exports::pynomaly::detector::detector::{
    Descriptor, Fitted, Guest as Detector, GuestModel, Model, ModelBorrow, Task,
};
use exports::pynomaly::detector::{explainer, learner};
use pynomaly::detector::types::{Error, Matrix, Parameters};
use std::cell::Cell;

struct Component;

/// Scores are distances from the last row learnt.
struct Last(Cell<f64>);

fn firsts(data: &Matrix) -> impl Iterator<Item = f64> {
    data.values.iter().copied().step_by(data.columns as usize)
}

impl Detector for Component {
    type Model = Last;

    fn describe() -> Descriptor {
        Descriptor {
            name: "abilities".into(),
            version: "1.0.0".into(),
            summary: "Has every ability.".into(),
            reference: "None.".into(),
            task: Task::TimeSeries,
            parameters: Vec::new(),
            accepts_missing: false,
            minimum_rows: 1,
            state_version: 1,
            extra: vec![("ability".into(), "all".into())],
        }
    }

    fn fit(training: Matrix, _: Parameters, _: u64) -> Result<Fitted, Error> {
        let last = Last(Cell::new(firsts(&training).last().unwrap_or_default()));
        let training_scores = last.score(training)?;
        Ok(Fitted { model: Model::new(last), training_scores })
    }

    fn load(_: Vec<u8>) -> Result<Model, Error> {
        Err(Error::BadState("nothing is kept".into()))
    }
}

impl GuestModel for Last {
    fn score(&self, data: Matrix) -> Result<Vec<f64>, Error> {
        Ok(firsts(&data).map(|first| (first - self.0.get()).abs()).collect())
    }

    fn save(&self) -> Result<Vec<u8>, Error> {
        Ok(Vec::new())
    }
}

impl explainer::Guest for Component {
    fn explain(model: ModelBorrow<'_>, data: Matrix) -> Result<Vec<f64>, Error> {
        let scores = model.get::<Last>().score(data.clone())?;
        let columns = data.columns as usize;
        let rest = std::iter::repeat_n(0.0, columns.saturating_sub(1));
        Ok(scores
            .into_iter()
            .flat_map(|score| std::iter::once(score).chain(rest.clone()))
            .collect())
    }
}

impl learner::Guest for Component {
    fn update(model: ModelBorrow<'_>, data: Matrix) -> Result<Vec<f64>, Error> {
        let last = &model.get::<Last>().0;
        Ok(firsts(&data).map(|first| (first - last.replace(first)).abs()).collect())
    }
}

export!(Component);
