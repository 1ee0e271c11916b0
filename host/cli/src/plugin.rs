//! `pynomaly plugin …`

use crate::exit::PluginRefused;
use anyhow::Context;
use clap::Subcommand;
use pynomaly_core::{Descriptor, ParameterSpec};
use pynomaly_engine::{Limits, Sandbox};
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check a component as the server would, and print what it says of itself.
    Inspect {
        /// The component.
        file: PathBuf,
    },
    /// Sign a component: writes FILE.sig, and prints the header for an upload and the public key.
    Sign {
        /// The component.
        file: PathBuf,
        /// An Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` prints it.
        #[arg(long)]
        key: PathBuf,
        /// Write the component with the signature inside to this file, instead of FILE.sig.
        #[arg(long)]
        embed: Option<PathBuf>,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Inspect { file } => inspect(file),
        Command::Sign { file, key, embed } => sign(file, key, embed.as_deref()),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn sign(file: &Path, key: &Path, embed: Option<&Path>) -> anyhow::Result<()> {
    let key = String::from_utf8(read(key)?).context("the key is no PEM")?;
    let component = read(file)?;
    let (signature, public_key) = pynomaly_server::sign(&component, &key)?;
    let (path, bytes) = match embed {
        Some(path) => (path.to_owned(), pynomaly_server::sign_embedded(&component, &key)?),
        None => {
            let mut beside = file.as_os_str().to_owned();
            beside.push(".sig");
            (beside.into(), format!("{signature}\n").into_bytes())
        }
    };
    std::fs::write(&path, bytes)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    println!("PYNOMALY-Signature: {signature}");
    println!("public key: {public_key}");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn inspect(file: &Path) -> anyhow::Result<()> {
    let bytes = read(file)?;
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let plugin = sandbox.load(&bytes).map_err(|error| PluginRefused(error.to_string()))?;
    let (compile_time, _) = plugin.compile_time();
    println!("digest       {}", plugin.digest());
    println!("size         {} bytes", bytes.len());
    println!("compiled in  {:.0} ms", compile_time.as_secs_f64() * 1_000.0);
    print!("{}", describe(plugin.descriptor())?);
    Ok(())
}

fn describe(descriptor: &Descriptor) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "name         {} {}", descriptor.name, descriptor.version)?;
    writeln!(text, "summary      {}", descriptor.summary)?;
    writeln!(text, "reference    {}", descriptor.reference)?;
    writeln!(
        text,
        "missing      {}",
        if descriptor.accepts_missing { "accepted" } else { "refused" }
    )?;
    writeln!(text, "rows         at least {}", descriptor.minimum_rows)?;
    writeln!(text, "state format {}", descriptor.state_version)?;
    for (key, value) in &descriptor.extra {
        writeln!(text, "{key:<12} {value}")?;
    }
    descriptor.parameters.iter().try_for_each(|parameter| describe_one(&mut text, parameter))?;
    Ok(text)
}

fn describe_one(text: &mut String, parameter: &ParameterSpec) -> std::fmt::Result {
    let kinds: Vec<_> = parameter.kinds.iter().map(ToString::to_string).collect();
    write!(text, "parameter    {}: {}", parameter.name, kinds.join(", or "))?;
    if let Some(default) = &parameter.default {
        write!(text, "; default {default}")?;
    }
    writeln!(text, "\n             {}", parameter.doc)
}
