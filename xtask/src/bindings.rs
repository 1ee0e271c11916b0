//! `cargo xtask bindings`: the contract as the SDK of C sees it, generated out of `wit/1.0/`.

use anyhow::Context;
use std::fs;
use std::path::Path;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

const FOLDER: &str = "sdk/c/pynomaly_sdk";
/// Every ability. Files and names begin with the world's.
const WORLD: &str = "
    package pynomaly:sdk;
    world plugin {
        include pynomaly:detector/explaining-plugin@1.0.0;
        include pynomaly:detector/streaming-plugin@1.0.0;
    }
";

/// Writes them.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    for (name, content) in generate(root)?.iter().filter(|(name, _)| is_source(name)) {
        fs::write(root.join(FOLDER).join(name), content)?;
    }
    Ok(())
}

/// Names what is not as it would be written.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let files = generate(root)?;
    let stale = files.iter().filter(|(name, content)| {
        is_source(name) && fs::read(root.join(FOLDER).join(name)).ok().as_deref() != Some(*content)
    });
    let fault = |name| format!("{FOLDER}/{name} is not of wit/1.0: run `cargo xtask bindings`");
    Ok(stale.map(|(name, _)| fault(name)).collect())
}

fn generate(root: &Path) -> anyhow::Result<Files> {
    let mut resolve = Resolve::default();
    resolve.push_dir(root.join("wit/1.0")).context("wit/1.0 cannot be read")?;
    let package = resolve.push_str("sdk.wit", WORLD)?;
    let world = resolve.select_world(&[package], None)?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default().build().generate(&mut resolve, world, &mut files)?;
    Ok(files)
}

/// Beside the sources comes an object that names the world: builds do that by themselves.
fn is_source(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "c" || end == "h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bindings_of_another_contract_are_faults() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let wit = folder.path().join("wit/1.0");
        fs::create_dir_all(&wit).unwrap();
        fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        for file in fs::read_dir(own.join("wit/1.0")).unwrap() {
            let file = file.unwrap();
            let text = fs::read_to_string(file.path()).unwrap();
            fs::write(wit.join(file.file_name()), text.replace("seed: u64", "seed: s64")).unwrap();
        }
        for name in ["plugin.c", "plugin.h"] {
            let of = |root: &Path| root.join(FOLDER).join(name);
            fs::copy(of(own), of(folder.path())).unwrap();
        }
        let faults = check(folder.path()).unwrap();
        assert_eq!(faults.len(), 2, "{faults:?}");
        run(folder.path()).unwrap();
        assert_eq!(check(folder.path()).unwrap(), Vec::<String>::new());
    }
}
