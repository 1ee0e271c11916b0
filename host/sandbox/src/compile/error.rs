use std::fmt;
use std::time::Duration;

/// Which limit ended a compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompileLimit {
    /// Wall time.
    Wall(Duration),
    /// Processor time.
    Cpu(Duration),
    /// Bytes of memory.
    Memory(u64),
    /// Bytes of the code that was made.
    Output(u64),
}

impl fmt::Display for CompileLimit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall(time) => write!(out, "{} s", time.as_secs_f64()),
            Self::Cpu(time) => write!(out, "{} s of processor time", time.as_secs_f64()),
            Self::Memory(bytes) => write!(out, "{bytes} bytes of memory"),
            Self::Output(bytes) => write!(out, "{bytes} bytes of code"),
        }
    }
}
