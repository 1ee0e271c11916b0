//! Where the WebAssembly standard library comes from: rustup, or where rustup has none to give,
//! Debian's `rust-web-src`, built once into a sysroot of our own.

use super::TARGET;
use crate::step::{Step, program};
use anyhow::{Context, bail};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SYSROOT: &str = "/usr";

/// Who can give the WebAssembly target.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Source {
    Rustup,
    Debian,
}

/// One way to compile for WebAssembly.
pub(crate) enum Toolchain {
    /// rustup's own, which has the target.
    Rustup,
    /// Debian's compiler behind this wrapper, which names a sysroot with the target.
    Debian { wrapper: PathBuf },
}

impl Toolchain {
    /// The wanted one, or else the first that is there or can be made.
    pub(crate) fn choose(from: Option<Source>) -> anyhow::Result<Self> {
        if from != Some(Source::Debian) && (has_target() || add_target()) {
            return Ok(Self::Rustup);
        }
        if from == Some(Source::Rustup) {
            bail!("rustup has no target {TARGET} and cannot get it; `--from debian` needs none");
        }
        let wrapper = Step::new("WebAssembly sysroot from Debian's rust-web-src")
            .run(debian_wrapper)
            .context("no WebAssembly target: neither rustup nor Debian has one to give")?;
        Ok(Self::Debian { wrapper })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Rustup => "rustup's target",
            Self::Debian { .. } => "Debian's compiler and a sysroot of our own",
        }
    }

    /// Makes `cargo` build for WebAssembly this way.
    pub(crate) fn apply(&self, cargo: &mut Command) {
        if let Self::Debian { wrapper } = self {
            cargo.env("RUSTC", wrapper);
        }
        let own = std::env::var_os("PATH").unwrap_or_default();
        let linkers = rustup_linkers().into_iter();
        if let Ok(path) = std::env::join_paths(linkers.chain(std::env::split_paths(&own))) {
            cargo.env("PATH", path);
        }
    }
}

/// Where all that outlives a build is kept.
pub(crate) fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let base = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    base.join("pynomaly")
}

fn has_target() -> bool {
    sysroot().is_some_and(|root| root.join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn add_target() -> bool {
    let added = Command::new("rustup").args(["target", "add", TARGET]).output();
    added.is_ok_and(|output| output.status.success()) && has_target()
}

fn sysroot() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// `rust-lld` and `wasm-component-ld` come with every rustup toolchain.
fn rustup_linkers() -> Option<PathBuf> {
    Some(sysroot()?.join("lib/rustlib/x86_64-unknown-linux-gnu/bin"))
}

/// A script that runs Debian's compiler on a sysroot with the target; made once per version.
fn debian_wrapper() -> anyhow::Result<PathBuf> {
    install_debian_packages()?;
    let version = Command::new("/usr/bin/rustc").arg("--version").output()?;
    let version = String::from_utf8(version.stdout)?.trim().replace([' ', '(', ')'], "-");
    let folder = cache().join("wasm-sysroot").join(version);
    let wrapper = folder.join("rustc");
    if !wrapper.exists() {
        // Built beside and moved at the end: half a sysroot is never found.
        let unfinished = folder.with_extension(format!("{}.tmp", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        build_sysroot(&unfinished, &wrapper)?;
        fs::rename(&unfinished, &folder)?;
    }
    Ok(wrapper)
}

fn install_debian_packages() -> anyhow::Result<()> {
    if Path::new("/usr/lib/rustlib/src/rust/library/std").is_dir() {
        return Ok(());
    }
    let by_hand = "install rustc-web, cargo-web and rust-web-src as root, then run this again";
    program("apt-get", &["update"]).hint(by_hand).go()?;
    let install = [&["install", "-y", "--no-install-recommends"][..], &DEBIAN_PACKAGES].concat();
    program("apt-get", &install).hint(by_hand).go()
}

/// Builds the standard library for the target and lays it out as a sysroot.
fn build_sysroot(folder: &Path, wrapper: &Path) -> anyhow::Result<()> {
    let libraries = folder.join("sysroot/lib/rustlib");
    let target = libraries.join(TARGET).join("lib");
    fs::create_dir_all(&target)?;
    for artifact in build_std(&folder.join("build"))? {
        let name = artifact.file_name().context("a file without a name")?.to_owned();
        fs::copy(&artifact, target.join(name))?;
    }
    let native = Path::new("lib/rustlib/x86_64-unknown-linux-gnu");
    symlink(Path::new(DEBIAN_SYSROOT).join(native), folder.join("sysroot").join(native))?;
    let sysroot = wrapper.with_file_name("sysroot");
    let script =
        format!("#!/bin/sh\nexec /usr/bin/rustc --sysroot '{}' \"$@\"\n", sysroot.display());
    fs::write(folder.join("rustc"), script)?;
    fs::set_permissions(folder.join("rustc"), fs::Permissions::from_mode(0o755))?;
    fs::remove_dir_all(folder.join("build"))?;
    Ok(())
}

/// Builds std with Debian's own cargo out of an empty crate; gives the libraries.
fn build_std(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let manifest = "[package]\nname = \"sysroot\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                    [profile.release]\npanic = \"abort\"\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let arguments = ["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort"];
    let output = Command::new("/usr/bin/cargo")
        .args(arguments)
        .current_dir(folder)
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .output()?;
    if !output.status.success() {
        bail!("std did not build:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let built = fs::read_dir(folder.join("target").join(TARGET).join("release/deps"))?;
    let paths = built.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let is_library =
        |path: &PathBuf| path.extension().is_some_and(|end| end == "rlib" || end == "rmeta");
    Ok(paths.into_iter().filter(is_library).collect())
}
