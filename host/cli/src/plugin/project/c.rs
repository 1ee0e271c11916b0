//! C: clang with wasi-libc, or Zig, which brings both.

use super::contract::{self, Abilities};
use super::{Project, tool};
use anyhow::ensure;
use std::path::{Path, PathBuf};
use std::process::Command;

const ZIG: &str = "ziglang==0.17.1";
const LINE: &str = "apt-get install clang lld wasi-libc libclang-rt-14-dev-wasm32\n\
                    with the number of your clang for 14; or, into the project's .venv:\n  \
                    pynomaly plugin build --install";
const CC_LINE: &str = "apt-get install gcc libc6-dev";
/// Equal bits: no product and sum are fused into one.
const FLAGS: [&str; 4] = ["-std=c11", "-O3", "-Wall", "-ffp-contract=off"];

/// A compiler for WebAssembly.
enum Compiler {
    Clang(PathBuf),
    /// Python with the package ziglang.
    ZigOfPython(PathBuf),
    Zig(PathBuf),
}

impl Compiler {
    fn find(project: &Project) -> Option<Self> {
        let python = project.folder.join(".venv/bin/python3");
        if project.folder.join(".venv/bin/python-zig").is_file() {
            return Some(Self::ZigOfPython(python));
        }
        let clang = tool::on_path("clang").filter(|it| has_libc(it)).map(Self::Clang);
        clang.or_else(|| tool::on_path("zig").map(Self::Zig))
    }

    fn command(&self) -> Command {
        match self {
            Self::Clang(clang) => {
                let mut command = Command::new(clang);
                command.arg("--target=wasm32-wasi");
                command
            }
            Self::ZigOfPython(python) => {
                let mut command = Command::new(python);
                command.args(["-m", "ziglang", "cc", "-target", "wasm32-wasi"]);
                command
            }
            Self::Zig(zig) => {
                let mut command = Command::new(zig);
                command.args(["cc", "-target", "wasm32-wasi"]);
                command
            }
        }
    }
}

pub(super) fn build(project: &Project, install: bool) -> anyhow::Result<Vec<u8>> {
    if install && Compiler::find(project).is_none() {
        tool::install_python(&project.folder, ZIG)?;
    }
    let compiler = Compiler::find(project)
        .ok_or_else(|| tool::missing("a C compiler for WebAssembly with wasi-libc", LINE))?;
    let made = project.made()?;
    let output = made.join("c.wasm");
    let mut command = compiler.command();
    command
        .args(FLAGS)
        .args(["-msimd128", "-mexec-model=reactor", "-I", "pynomaly_sdk", "-o"])
        .arg(&output)
        .args(sources(&project.folder)?)
        .args(sources(&project.folder.join("pynomaly_sdk"))?)
        .arg("-Wl,--strip-debug")
        .current_dir(&project.folder);
    tool::run(&mut command)?;
    let module = std::fs::read(output)?;
    let wit = contract::write(&made, Abilities::exported(&module)?)?;
    contract::componentize(module, Some(&wit))
}

/// Natively, with the project's own sources and each test in turn.
pub(super) fn test(project: &Project) -> anyhow::Result<()> {
    let cc = tool::on_path("cc").or_else(|| tool::on_path("clang"));
    let cc = cc.ok_or_else(|| tool::missing("a C compiler", CC_LINE))?;
    let tests = project.tests(".c")?;
    ensure!(!tests.is_empty(), "there is no file *.c in tests");
    for test in tests {
        let program = project.made()?.join("test");
        let mut command = Command::new(&cc);
        command
            .args(FLAGS)
            .args(["-I", "pynomaly_sdk", "-o"])
            .arg(&program)
            .arg(test)
            .args(sources(&project.folder)?)
            .args(["pynomaly_sdk/pynomaly.c", "-lm"])
            .current_dir(&project.folder);
        tool::run(&mut command)?;
        tool::run_visibly(Command::new(&program).current_dir(&project.folder))?;
    }
    Ok(())
}

/// Whether a clang can build for WebAssembly: it names the library in full where it has it.
fn has_libc(clang: &Path) -> bool {
    let mut command = Command::new(clang);
    let found = tool::run(command.args(["--target=wasm32-wasi", "-print-file-name=libc.a"]));
    found.is_ok_and(|path| Path::new(String::from_utf8_lossy(&path).trim()).is_absolute())
}

/// The C files of a folder, in one order.
fn sources(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    super::files_ending(folder, ".c")
}
