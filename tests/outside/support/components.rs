//! Components: bundled ones, hostile ones, and ones that no compiler would make.

use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// A bundled plugin.
pub(crate) fn bundled(name: &str) -> Vec<u8> {
    built("plugins", name)
}

/// A guest that is written for these tests; see `tests/guests/`.
pub(crate) fn guest(name: &str) -> Vec<u8> {
    built("plugins-test", name)
}

/// A component of some KiB that a compiler works on for a very long time, in ever more memory: one
/// function, in which every variable may come from everywhere.
pub(crate) fn costly() -> Vec<u8> {
    const VARIABLES: usize = 2_000;
    const LOOPS: usize = 2_000;
    let locals = "i64 ".repeat(VARIABLES);
    let step = |index| format!("(local.set {index} (i64.add (local.get {index}) (i64.const 1)))");
    let steps: String = (0..VARIABLES).map(step).collect();
    let back = "(br_if 0 (i64.eqz (local.get 0))) end ".repeat(LOOPS);
    let function = format!("(func (local {locals}) {} {steps} {back})", "loop ".repeat(LOOPS));
    spoilt("", "", |text| add_to_module(&text, &function))
}

/// Text of a module with more in it.
pub(crate) fn add_to_module(text: &str, more: &str) -> String {
    let end = text.rfind(')').unwrap();
    format!("{} {more})", &text[..end])
}

fn built(folder: &str, name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = root.join("target").join(folder).join(format!("{name}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|_| panic!("{} is not there; run `cargo xtask plugins`", path.display()))
}

/// A component of the right world whose every function is `unreachable`, after `spoil` has had
/// its way with the text of its core module. `packages` is more WIT, `import` a line of its world.
pub(crate) fn spoilt(
    packages: &str,
    import: &str,
    spoil: impl FnOnce(String) -> String,
) -> Vec<u8> {
    let mut resolve = Resolve::default();
    resolve.push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/1.0")).unwrap();
    let world = format!(
        "package test:spoilt;\n\
         world spoilt {{ include pynomaly:detector/plugin@1.0.0; {import} }}\n{packages}"
    );
    let package = resolve.push_str("spoilt.wit", &world).unwrap();
    let world = resolve.select_world(&[package], Some("spoilt")).unwrap();
    let dummy = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    let text = spoil(wasmprinter::print_bytes(&dummy).unwrap());
    let mut module = wat::parse_str(&text).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}
