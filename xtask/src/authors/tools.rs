//! The toolchains of the four languages: installed if missing, kept between runs.

use crate::plugins::{Toolchain, cache};
use crate::schemathesis::binary;
use crate::services::install;
use crate::step::program;
use anyhow::Context;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian's clang and C library for WebAssembly; a package of its version has what is between them.
const C_PACKAGES: [&str; 3] = ["clang", "lld", "wasi-libc"];
const PYTHON_PACKAGE: &str = "componentize-py==0.25.1";
const JS_PACKAGE: &str = "componentize-qjs@0.4.5";
const HINT: &str = "is the package index reachable?";

pub(crate) struct Tools {
    binary: PathBuf,
    rust: Toolchain,
    /// What PATH begins with.
    folders: Vec<PathBuf>,
}

impl Tools {
    pub(super) fn ready(root: &Path) -> anyhow::Result<Self> {
        if !has_c() {
            C_PACKAGES.iter().try_for_each(|package| install(package))?;
            install(&format!("libclang-rt-{}-dev-wasm32", clang_version()?))?;
        }
        for (name, package) in [("curl", "curl"), ("node", "nodejs"), ("npm", "npm")] {
            if !is_on_path(name) {
                install(package)?;
            }
        }
        let binary = binary(root);
        let own = binary.parent().context("the binary lies nowhere")?.to_owned();
        let folders = vec![own, python()?, js()?];
        Ok(Self { binary, rust: Toolchain::choose(None)?, folders })
    }

    /// `pynomaly plugin …`, with all tools at hand.
    pub(super) fn plugin(&self, arguments: &[&str], folder: &Path) -> anyhow::Result<Command> {
        let mut command = Command::new(&self.binary);
        command.arg("plugin").args(arguments).current_dir(folder).env("PATH", self.path()?);
        Ok(command)
    }

    /// The same for a project of Rust.
    pub(super) fn rust(&self, arguments: &[&str], folder: &Path) -> anyhow::Result<Command> {
        let mut command = self.plugin(arguments, folder)?;
        self.rust.apply(&mut command);
        command.env("CARGO_TARGET_DIR", cache().join("authors-target")).env_remove("RUSTFLAGS");
        Ok(command)
    }

    pub(super) fn path(&self) -> anyhow::Result<OsString> {
        let given = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned();
        Ok(std::env::join_paths(folders.chain(std::env::split_paths(&given)))?)
    }
}

fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Whether clang finds all that a module of C is linked with.
fn has_c() -> bool {
    let finds = |question| clang(question).is_ok_and(|answer| Path::new(&answer).is_absolute());
    let links = clang("-print-libgcc-file-name").is_ok_and(|answer| Path::new(&answer).exists());
    is_on_path("wasm-ld") && finds("-print-file-name=libc.a") && links
}

/// The first number of clang's version.
fn clang_version() -> anyhow::Result<String> {
    Ok(clang("-dumpversion")?.split('.').next().unwrap_or_default().to_owned())
}

fn clang(question: &str) -> anyhow::Result<String> {
    let output = Command::new("clang").args(["--target=wasm32-wasi", question]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The folder of componentize-py, in a virtual environment of our own.
fn python() -> anyhow::Result<PathBuf> {
    let bin = crate::schemathesis::virtual_environment("authors-venv")?;
    if !bin.join("componentize-py").exists() {
        program(bin.join("pip"), &["install", "--quiet", PYTHON_PACKAGE]).hint(HINT).go()?;
    }
    Ok(bin)
}

/// The folder of componentize-qjs.
fn js() -> anyhow::Result<PathBuf> {
    let folder = cache().join("authors-node");
    let bin = folder.join("node_modules/.bin");
    if !bin.join("componentize-qjs").exists() {
        fs::create_dir_all(&folder)?;
        let prefix = folder.display().to_string();
        let install = ["install", "--no-audit", "--no-fund", "--prefix", &prefix, JS_PACKAGE];
        program("npm", &install).hint(HINT).go()?;
    }
    Ok(bin)
}
