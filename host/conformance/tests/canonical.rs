//! The second sandbox shares the compile cache and none of its entries.

use pynomaly_sandbox::{Limits, Sandbox};
use std::path::Path;

#[test]
fn code_with_canonical_nans_is_kept_apart_from_the_other() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins/mad.wasm");
    let component = std::fs::read(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let usual = Sandbox::new(Limits::default(), Some(folder.path().to_owned())).unwrap();
    let canonical = usual.with_canonical_nans(Limits::default()).unwrap();
    let from_cache = |sandbox: &Sandbox| sandbox.load(&component).unwrap().compile_time().1;
    assert!(!from_cache(&usual) && from_cache(&usual));
    assert!(!from_cache(&canonical) && from_cache(&canonical) && from_cache(&usual));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
