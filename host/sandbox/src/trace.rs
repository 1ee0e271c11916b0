//! Where a guest was when a call failed, frame by frame: for authors, not for callers.

use std::cell::RefCell;
use std::fmt;
use wasmtime::WasmBacktrace;

/// Frames that are kept; the rest of a deep stack is cut.
const FRAMES_MAX: usize = 64;

/// One function of a guest's stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its name; `None` where the component carries none.
    pub function: Option<String>,
    /// `file:line`; `None` where the component carries no line tables.
    pub line: Option<String>,
}

thread_local! {
    /// `None` while nobody wants to know.
    static FRAMES: RefCell<Option<Vec<Frame>>> = const { RefCell::new(None) };
}

/// Does `work` on this thread; gives what it gives, and the stack of the guest at the last failure of
/// a call in it, the innermost frame first. None where no call failed, or where one was ended from
/// outside: by its wall time.
pub fn traced<T>(work: impl FnOnce() -> T) -> (T, Vec<Frame>) {
    FRAMES.with_borrow_mut(|frames| *frames = Some(Vec::new()));
    let outcome = work();
    let frames = FRAMES.with_borrow_mut(Option::take);
    (outcome, frames.unwrap_or_default())
}

/// Keeps the stack that comes with `error`, where somebody wants to know.
pub(crate) fn record(error: &wasmtime::Error) {
    FRAMES.with_borrow_mut(|kept| {
        let Some(kept) = kept else { return };
        let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return };
        *kept = frames(trace);
    });
}

/// A function that others were made part of is several frames.
fn frames(trace: &WasmBacktrace) -> Vec<Frame> {
    let mut frames = Vec::new();
    for frame in trace.frames() {
        let own = frame.func_name().map(demangle);
        if frame.symbols().is_empty() {
            frames.push(Frame { function: own, line: None });
            continue;
        }
        frames.extend(frame.symbols().iter().map(|symbol| Frame {
            function: symbol.name().map(demangle).or_else(|| own.clone()),
            line: symbol.file().and_then(|file| Some(format!("{file}:{}", symbol.line()?))),
        }));
    }
    frames.truncate(FRAMES_MAX);
    frames
}

pub(crate) fn demangle(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

impl fmt::Display for Frame {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = self.function.as_deref().unwrap_or("?");
        match &self.line {
            Some(line) => write!(out, "{line}  {function}"),
            None => out.write_str(function),
        }
    }
}
