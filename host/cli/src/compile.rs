//! `pynomaly compile`: what a server begins for each component that it compiles.

use pynomaly_engine::{CompileProcess, Compiler, WorkerBounds, compile_worker};
use std::io::{stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const NAME: &str = "compile";
/// What the allocator of this program would set aside at once counts as used: nothing, for a process
/// that may not have much.
const ENVIRONMENT: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "0");

/// Read a component from standard input, and write its code to standard output.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Bytes of address space.
    #[arg(long)]
    memory_bytes_max: u64,
    /// Seconds of processor time.
    #[arg(long)]
    cpu_seconds_max: u64,
    /// Bytes of the component.
    #[arg(long)]
    component_bytes_max: u64,
    /// Every NaN is to have the same bits.
    #[arg(long)]
    canonical_nans: bool,
}

#[expect(clippy::print_stderr, reason = "whoever began it reads it there")]
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let bounds = WorkerBounds {
        memory_bytes_max: arguments.memory_bytes_max,
        cpu_seconds_max: arguments.cpu_seconds_max,
        component_bytes_max: arguments.component_bytes_max,
        canonical_nans: arguments.canonical_nans,
    };
    match compile_worker(&bounds, stdin(), stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Begins the command above, as the very program that runs now.
pub(crate) fn compiler(data_dir: &Path) -> std::io::Result<Compiler> {
    Ok(Compiler::Process(CompileProcess {
        program: this_program()?,
        arguments: vec![NAME.into()],
        environment: vec![(ENVIRONMENT.0.into(), ENVIRONMENT.1.into())],
        folder: data_dir.join("compiling"),
    }))
}

/// Linux runs it even where an upgrade has put another into its place.
fn this_program() -> std::io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}
