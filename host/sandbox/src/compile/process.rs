//! The process that compiles one component: begun, watched, ended.
//!
//! It is this very program, so that what it makes is of this engine and as trustworthy as what this
//! process would have made itself. Nothing of the server goes there but the component: no setting,
//! an empty folder, and no open file but three pipes.

use super::error::CompileLimit;
use super::places::Place;
use super::usage::usage;
use super::worker::{WORKER_FAILED, WORKER_REFUSED, header};
use super::{Order, Progress, Usage};
use crate::error::LoadError;
use crate::runtime::Code;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Between two looks at the clock and at what the process takes.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Between two looks whether a process has ended that has nothing more to say.
const END_EVERY: Duration = Duration::from_millis(1);
/// Bytes that are read of what it says when it fails.
const WORDS_BYTES_MAX: u64 = 4 * 1024;
/// The first open file that is neither input, output nor errors.
const FIRST_OTHER_FILE: i32 = 3;
/// How the signals are called everywhere.
const SIGABRT: i32 = 6;
const SIGXCPU: i32 = 24;

/// How the process is begun.
#[derive(Debug, Clone)]
pub struct CompileProcess {
    /// This program.
    pub program: PathBuf,
    /// What has it be a [`crate::compile_worker`]; the bounds come behind it.
    pub arguments: Vec<OsString>,
    /// All of its environment.
    pub environment: Vec<(OsString, OsString)>,
    /// An empty folder; made, for its owner alone, where it is not there.
    pub folder: PathBuf,
}

/// How it ended by itself.
struct Ended {
    status: ExitStatus,
    code: Vec<u8>,
    words: String,
}

impl CompileProcess {
    /// Compiles in a process that is gone when this returns.
    pub(super) fn compile(
        &self,
        order: Order<'_>,
        is_over: &AtomicBool,
        _place: Place,
    ) -> Result<Vec<u8>, LoadError> {
        let begun = Instant::now();
        let mut child = Killed(self.spawn(&order).map_err(host)?);
        let ended = watch(&mut child.0, &order, begun, is_over)?;
        judge(ended, order)
    }

    fn spawn(&self, order: &Order<'_>) -> io::Result<Child> {
        let limits = order.limits;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        for (name, value) in [
            ("--memory-bytes-max", limits.compile_memory_bytes_max),
            ("--cpu-seconds-max", limits.compile_cpu_max.as_secs().max(1)),
            ("--component-bytes-max", limits.component_bytes_max as u64),
        ] {
            command.arg(name).arg(value.to_string());
        }
        if order.code == Code::CanonicalNans {
            command.arg("--canonical-nans");
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        command.env_clear().envs(environment).current_dir(&self.folder);
        // What this process opens itself is never handed on; what it was begun with may be.
        close_fds::set_fds_cloexec_threadsafe(FIRST_OTHER_FILE, &[]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }
}

/// A child that does not outlive the wait for it.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // One that has ended, and was waited for, is left alone by both.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Feeds it and listens to it, until it ends, is late, or is not wanted any more.
fn watch(
    child: &mut Child,
    order: &Order<'_>,
    begun: Instant,
    is_over: &AtomicBool,
) -> Result<Ended, LoadError> {
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // Held until the end: without it the process ends.
    let (Some(mut input), Some(output), Some(errors)) = pipes else {
        return Err(host(io::ErrorKind::BrokenPipe.into()));
    };
    let output_max = order.limits.compile_output_bytes_max.saturating_add(1);
    std::thread::scope(|scope| {
        let (code_sender, code) = channel();
        scope.spawn(|| feed(&mut input, order.component));
        // Nobody hears the end of a process that was ended.
        scope.spawn(move || drop(code_sender.send(read(output, output_max))));
        let words = scope.spawn(move || read(errors, WORDS_BYTES_MAX));
        let outcome = wait(child, &code, order, begun, is_over);
        if outcome.is_err() {
            // Ends the threads above.
            let _ = child.kill();
        }
        let (code, status) = outcome?;
        let words = words.join().ok().and_then(Result::ok).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).trim().to_owned();
        Ok(Ended { status, code, words })
    })
}

/// One that ends before it has read everything says why itself.
fn feed(input: &mut ChildStdin, component: &[u8]) {
    let _ = input.write_all(&header(component)).and_then(|()| input.write_all(component));
}

fn read(pipe: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn wait(
    child: &mut Child,
    code: &Receiver<io::Result<Vec<u8>>>,
    order: &Order<'_>,
    begun: Instant,
    is_over: &AtomicBool,
) -> Result<(Vec<u8>, ExitStatus), LoadError> {
    let limit = order.limits.compile_wall_max;
    let (mut made, mut used) = (None, Usage::default());
    loop {
        match made.is_none().then(|| code.recv_timeout(LOOK_EVERY)) {
            Some(Ok(bytes)) => made = Some(bytes.map_err(host)?),
            Some(Err(RecvTimeoutError::Disconnected)) => {
                return Err(host(io::ErrorKind::BrokenPipe.into()));
            }
            Some(Err(RecvTimeoutError::Timeout)) => {
                used = used.and(usage(child.id()));
                (order.watch)(Progress::Compiling(used));
            }
            None => std::thread::sleep(END_EVERY),
        }
        if let Some(bytes) = &made {
            if bytes.len() as u64 > order.limits.compile_output_bytes_max {
                let limit = CompileLimit::Output(order.limits.compile_output_bytes_max);
                return Err(LoadError::CompileLimit(limit));
            }
            if let Some(status) = child.try_wait().map_err(host)? {
                return Ok((made.unwrap_or_default(), status));
            }
        }
        if is_over.load(Ordering::Relaxed) {
            return Err(LoadError::CompileEnded);
        }
        if begun.elapsed() >= limit {
            return Err(LoadError::CompileLimit(CompileLimit::Wall(limit)));
        }
    }
}

fn judge(ended: Ended, order: Order<'_>) -> Result<Vec<u8>, LoadError> {
    let Ended { status, code, words } = ended;
    let limits = order.limits;
    if status.success() {
        return Ok(code);
    }
    let is_memory = words.contains("memory allocation of") || words.contains("(os error 12)");
    if is_memory && (status.signal() == Some(SIGABRT) || status.code().is_some()) {
        let limit = CompileLimit::Memory(limits.compile_memory_bytes_max);
        return Err(LoadError::CompileLimit(limit));
    }
    match status.signal() {
        Some(SIGXCPU) => Err(LoadError::CompileLimit(CompileLimit::Cpu(limits.compile_cpu_max))),
        Some(signal) => {
            let cause = format!("its process was ended by signal {signal}: {words}");
            Err(LoadError::CompileHost(cause.trim_end_matches(": ").to_owned()))
        }
        None if status.code() == Some(WORKER_FAILED.into()) => Err(LoadError::CompileHost(words)),
        None if status.code() == Some(WORKER_REFUSED.into()) => Err(LoadError::Compile(words)),
        None => Err(LoadError::Compile(format!("the compiler panicked: {words}"))),
    }
}

fn host(error: io::Error) -> LoadError {
    LoadError::CompileHost(format!("its process cannot be run: {error}"))
}
