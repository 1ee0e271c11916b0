//! The other side: the process that compiles one component and ends.
//!
//! Before it reads the first byte of the component it gives up what it does not need: it may hold
//! no more memory and use no more processor time than it was told, open and write no file, and
//! gives way to the server. It ends with whoever began it: its input then comes to an end.

use crate::limits::Limits;
use crate::runtime::{self, Code};
use rlimit::Resource;
use std::io::{self, Read, Write};
use thread_priority::ThreadPriority;

/// Between 0, the least, and 99: niceness 9 on Linux. Less, and a component would never be done on
/// a server that is busy.
const PRIORITY: u8 = 25;
/// So that nothing beside input, output and errors can be opened.
const OPEN_FILES_MAX: u64 = 3;

/// What the process may use.
#[derive(Debug, Clone, Copy)]
pub struct WorkerBounds {
    /// Bytes of address space.
    pub memory_bytes_max: u64,
    /// Seconds of processor time.
    pub cpu_seconds_max: u64,
    /// Bytes of the component.
    pub component_bytes_max: u64,
    /// Whether every NaN is to have the same bits.
    pub canonical_nans: bool,
}

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The limits are not to be had.
    #[error("the limits cannot be set: {0}")]
    Limits(io::Error),
    /// There is no compiler for this machine.
    #[error(transparent)]
    Engine(#[from] crate::SandboxError),
    /// The component did not come, or the code did not get away.
    #[error("the pipe broke: {0}")]
    Pipe(#[from] io::Error),
    /// The component has more bytes than it may.
    #[error("the component has more than {0} bytes")]
    TooLarge(u64),
    /// The compiler refused it.
    #[error("{0}")]
    Compile(String),
}

/// The component cannot be compiled.
pub(super) const WORKER_REFUSED: u8 = 1;
/// The process could not do its work; that says nothing of the component.
pub(super) const WORKER_FAILED: u8 = 2;

impl WorkerError {
    /// What the process has to end with for the other side to understand.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Compile(_) => WORKER_REFUSED,
            _ => WORKER_FAILED,
        }
    }
}

/// Reads a component from `input`, its length in 8 bytes before it, compiles it and writes the code
/// to `output`. The limits are those of this whole process, for the rest of its life, which ends
/// with `input`.
///
/// # Errors
/// [`WorkerError`]. A process that runs into its limits is ended by the system.
pub fn compile_worker(
    bounds: &WorkerBounds,
    mut input: impl Read + Send + 'static,
    mut output: impl Write,
) -> Result<(), WorkerError> {
    restrain(bounds).map_err(WorkerError::Limits)?;
    let component = receive(&mut input, bounds.component_bytes_max)?;
    std::thread::Builder::new().spawn(move || end_with(input)).map_err(WorkerError::Limits)?;
    Resource::NPROC.set(0, 0).map_err(WorkerError::Limits)?;
    let code = if bounds.canonical_nans { Code::CanonicalNans } else { Code::Plain };
    let engine = runtime::compiler(&Limits::default(), code)?;
    let code = engine.precompile_component(&component);
    let code = code.map_err(|error| WorkerError::Compile(format!("{error:#}")))?;
    output.write_all(&code)?;
    Ok(output.flush()?)
}

/// Bytes before the component: how many it has.
pub(super) fn header(component: &[u8]) -> [u8; 8] {
    (component.len() as u64).to_le_bytes()
}

fn receive(input: &mut impl Read, most: u64) -> Result<Vec<u8>, WorkerError> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > most {
        return Err(WorkerError::TooLarge(most));
    }
    let mut component = Vec::new();
    input.take(length).read_to_end(&mut component)?;
    if component.len() as u64 == length {
        return Ok(component);
    }
    Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
}

/// Whoever began this process holds the other end, and says nothing more: there is nobody to answer
/// once that is gone.
fn end_with(mut input: impl Read) {
    let _ = input.read(&mut [0]);
    std::process::exit(WORKER_FAILED.into());
}

fn restrain(bounds: &WorkerBounds) -> io::Result<()> {
    step_back();
    let (memory, cpu) = (bounds.memory_bytes_max, bounds.cpu_seconds_max);
    Resource::AS.set(memory, memory)?;
    // The soft one tells that it was this limit, the hard one kills.
    Resource::CPU.set(cpu, cpu.saturating_add(1))?;
    Resource::FSIZE.set(0, 0)?;
    Resource::NOFILE.set(OPEN_FILES_MAX, OPEN_FILES_MAX)?;
    Resource::CORE.set(0, 0)
}

/// Best effort: its priority bounds nothing.
fn step_back() {
    if let Ok(priority) = PRIORITY.try_into() {
        let _ =
            thread_priority::set_current_thread_priority(ThreadPriority::Crossplatform(priority));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn component_comes_whole_or_not_at_all() {
        let sent = |length: u64, bytes: &[u8]| [&length.to_le_bytes()[..], bytes].concat();
        let receive = |bytes: Vec<u8>| receive(&mut &bytes[..], 4);
        assert_eq!(receive([&header(b"abc")[..], b"abc"].concat()).unwrap(), b"abc");
        assert!(matches!(receive(sent(5, b"abcde")), Err(WorkerError::TooLarge(4))));
        assert!(matches!(receive(sent(4, b"abc")), Err(WorkerError::Pipe(_))));
        assert!(matches!(receive(vec![1]), Err(WorkerError::Pipe(_))));
    }
}
