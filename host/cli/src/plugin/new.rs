//! `pynomaly plugin new`

use super::project::{Language, Project};
use crate::exit::Refused;
use std::path::PathBuf;

/// Bytes of a detector's name.
const NAME_BYTES_MAX: usize = 64;

/// Write the project of a new detector: a simple method that works, its tests with reference
/// numbers, and rows to try it on.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  pynomaly plugin new my_detector --lang python
  pynomaly plugin new my_detector --lang rust --sdk ../pynomaly/sdk/rust")]
pub(crate) struct Arguments {
    /// The detector_type: a-z, 0-9 and _, not starting with a digit.
    name: String,
    /// What to write it in.
    #[arg(long, value_enum)]
    lang: Language,
    /// Folder to write to, which is empty or not there; without it, the name.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// For Rust: folder of the crate pynomaly-sdk; without it, the version of this program is asked
    /// for from the registry. The other languages' SDKs come with the project.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { name, lang, dir, sdk } = arguments;
    if !is_name(name) {
        let legal = "1 to 64 of a-z, 0-9 and _, not starting with a digit";
        return Err(Refused(format!("{name:?} is no name of a detector: {legal}")).into());
    }
    if sdk.is_some() && *lang != Language::Rust {
        return Err(Refused("--sdk is for Rust".to_owned()).into());
    }
    let folder = dir.clone().unwrap_or_else(|| PathBuf::from(name));
    Project::create(&folder, name, *lang, sdk.as_deref())?;
    println!("{} is written. Next:", folder.display());
    println!("  cd {}", folder.display());
    println!("  pynomaly plugin test");
    println!("  pynomaly plugin build --install");
    println!("  pynomaly plugin run rows.csv");
    Ok(())
}

fn is_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(legal)
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_those_of_the_contract() {
        assert!(is_name("a") && is_name("_x9") && is_name(&"n".repeat(64)));
        for wrong in ["", "9x", "a-b", "A", "é", &"n".repeat(65)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
