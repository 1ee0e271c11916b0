//! The contract as toolchains ask for it, and as a component keeps it.

use anyhow::Context;
use std::path::{Path, PathBuf};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding};
use wit_parser::{Resolve, WorldItem};

macro_rules! wit {
    ($name:literal) => {
        ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/1.0/", $name)))
    };
}

const WIT: [(&str, &str); 6] = [
    wit!("detector.wit"),
    wit!("explainer.wit"),
    wit!("learner.wit"),
    wit!("log.wit"),
    wit!("types.wit"),
    wit!("worlds.wit"),
];

/// The world that a project's component is made of.
pub(super) const WORLD: &str = "plugin";
/// The bytes after the magic number of a component; a module has others.
const COMPONENT_LAYER: [u8; 4] = [0x0d, 0x00, 0x01, 0x00];

/// What a component asks for and gives.
pub(crate) struct Contract {
    pub(crate) world: String,
    /// Interfaces with functions that it imports.
    pub(crate) imports: Vec<String>,
}

/// What a detector can do beyond scoring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    pub(super) explainer: bool,
    pub(super) learner: bool,
}

impl Abilities {
    /// As the SDKs name them, in words.
    pub(super) fn named(text: &str) -> Self {
        let has = |name| text.split_whitespace().any(|word| word == name);
        Self { explainer: has("explainer"), learner: has("learner") }
    }

    /// Of a module of C, which exports the functions that its detector defines.
    pub(super) fn exported(module: &[u8]) -> anyhow::Result<Self> {
        let mut abilities = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            let Payload::ExportSection(exports) = payload? else { continue };
            for export in exports {
                let name = export?.name;
                abilities.explainer |= name == "pyn_explain";
                abilities.learner |= name == "pyn_update";
            }
        }
        Ok(abilities)
    }

    /// The world of a detector that has these and no others.
    fn world(self) -> String {
        let mut text = format!("package pynomaly:project;\n\nworld {WORLD} {{\n");
        let worlds = [
            (true, "plugin"),
            (self.explainer, "explaining-plugin"),
            (self.learner, "streaming-plugin"),
        ];
        for (_, world) in worlds.iter().filter(|(is_in, _)| *is_in) {
            text.push_str(&format!("    include pynomaly:detector/{world}@1.0.0;\n"));
        }
        text + "}\n"
    }
}

/// Writes the contract's files, and a world with these abilities, into `folder`/wit; gives that
/// folder.
pub(super) fn write(folder: &Path, abilities: Abilities) -> anyhow::Result<PathBuf> {
    let folder = folder.join("wit");
    // What an older build has left would be part of the world.
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder)?;
    }
    let contract = folder.join("deps/detector");
    std::fs::create_dir_all(&contract)?;
    std::fs::write(folder.join("world.wit"), abilities.world())?;
    for (name, text) in WIT {
        std::fs::write(contract.join(name), text)?;
    }
    Ok(folder)
}

/// A module as a component. `wit` is for a module that does not say itself which world it is of.
pub(super) fn componentize(mut module: Vec<u8>, wit: Option<&Path>) -> anyhow::Result<Vec<u8>> {
    if module.get(4..8) == Some(&COMPONENT_LAYER) {
        return Ok(module);
    }
    if let Some(folder) = wit {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder)?;
        let world = resolve.select_world(&[package], Some(WORLD))?;
        wit_component::embed_component_metadata(
            &mut module,
            &resolve,
            world,
            StringEncoding::UTF8,
        )?;
    }
    let encoder = ComponentEncoder::default().validate(true).module(&module)?;
    { encoder }.encode().context("the module does not fit the contract: what does it import?")
}

/// Reads it off a component.
pub(crate) fn read(component: &[u8]) -> anyhow::Result<Contract> {
    let decoded = wit_component::decode(component).context("this is no component")?;
    let DecodedWasm::Component(resolve, world) = &decoded else {
        anyhow::bail!("this is an encoded contract and no component");
    };
    let world = resolve.worlds.get(*world).context("the component has no world")?;
    let has_functions = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => {
            resolve.interfaces.get(*id).is_some_and(|it| !it.functions.is_empty())
        }
        WorldItem::Function(_) => true,
        WorldItem::Type { .. } => false,
    };
    let imports = world.imports.iter().filter(|(_, item)| has_functions(item));
    let exports: Vec<_> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    let exports = |name: &str| exports.iter().any(|it| it.contains(&format!("/{name}@")));
    let named = match (exports("detector"), exports("explainer"), exports("learner")) {
        (true, false, false) => "plugin",
        (true, true, false) => "explaining-plugin",
        (true, false, true) => "streaming-plugin",
        (true, true, true) => "explaining-plugin and streaming-plugin",
        (false, ..) => "none of the contract's: it exports no detector",
    };
    Ok(Contract {
        world: named.to_owned(),
        imports: imports.map(|(key, _)| resolve.name_world_key(key)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module that keeps the contract in form alone.
    fn module(folder: &Path) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder).unwrap();
        let world = resolve.select_world(&[package], Some(WORLD)).unwrap();
        wit_component::dummy_module(&resolve, world, wit_parser::ManglingAndAbi::Standard32)
    }

    #[test]
    fn a_module_that_does_not_name_its_world_becomes_a_component_of_it() {
        let folder = tempfile::tempdir().unwrap();
        for (abilities, world) in [
            ("", "plugin"),
            ("explainer", "explaining-plugin"),
            ("learner\n", "streaming-plugin"),
            ("explainer\nlearner\n", "explaining-plugin and streaming-plugin"),
        ] {
            let wit = write(folder.path(), Abilities::named(abilities)).unwrap();
            let component = componentize(module(&wit), Some(&wit)).unwrap();
            let contract = read(&component).unwrap();
            assert_eq!(contract.world, world);
            assert_eq!(contract.imports, ["pynomaly:detector/log@1.0.0"]);
            // What is a component already stays one.
            assert_eq!(componentize(component.clone(), Some(&wit)).unwrap(), component);
        }
    }

    #[test]
    fn a_module_tells_its_abilities_by_its_exports() {
        let folder = tempfile::tempdir().unwrap();
        let wit = write(folder.path(), Abilities::default()).unwrap();
        assert_eq!(Abilities::exported(&module(&wit)).unwrap(), Abilities::default());
        // A module of one type, function and export: `pyn_update`.
        let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0".to_vec();
        module.extend(b"\x07\x0e\x01\x0apyn_update\0\0\x0a\x04\x01\x02\0\x0b");
        let learner = Abilities { explainer: false, learner: true };
        assert_eq!(Abilities::exported(&module).unwrap(), learner);
        assert!(Abilities::exported(b"\0asm").is_err());
    }

    #[test]
    fn what_is_no_component_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let wit = write(folder.path(), Abilities::default()).unwrap();
        assert!(read(b"\0asm").is_err());
        assert!(componentize(b"\0asm".to_vec(), Some(&wit)).is_err());
    }
}
