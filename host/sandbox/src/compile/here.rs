use super::Order;
use super::error::CompileLimit;
use super::places::Place;
use crate::error::LoadError;
use std::sync::mpsc::{RecvTimeoutError, channel};

/// On a thread of its own, so that whoever waits can stop waiting. It keeps its place until it is
/// done: a component that takes for ever costs one processor and never two of them.
pub(super) fn compile(order: Order<'_>, place: Place) -> Result<Vec<u8>, LoadError> {
    let (sender, outcome) = channel();
    let (engine, component) = (order.engine.clone(), order.component.to_vec());
    let compile = move || {
        let outcome = engine.precompile_component(&component);
        drop(place);
        // Nobody waits for what is late.
        let _ = sender.send(outcome.map_err(|error| LoadError::Compile(format!("{error:#}"))));
    };
    let thread = std::thread::Builder::new().name("plugin-compile".into());
    let no_thread = |error| LoadError::CompileHost(format!("there is no thread for it: {error}"));
    thread.spawn(compile).map_err(no_thread)?;
    let limit = order.limits.compile_wall_max;
    match outcome.recv_timeout(limit) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(LoadError::CompileLimit(CompileLimit::Wall(limit))),
        Err(RecvTimeoutError::Disconnected) => {
            Err(LoadError::Compile("the compiler panicked; the log has more".into()))
        }
    }
}
