//! Arrows between crates point only where ARCHITECTURE.md lets them.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::path::Path;

/// What each of our crates may know of the others. What is not listed is forbidden.
const MAY_KNOW: [(&str, &[&str]); 15] = [
    ("pynomaly-core", &[]),
    ("pynomaly-sandbox", &["pynomaly-core"]),
    ("pynomaly-conformance", &["pynomaly-core", "pynomaly-sandbox"]),
    ("pynomaly-engine", &["pynomaly-conformance", "pynomaly-core", "pynomaly-sandbox"]),
    ("pynomaly-store", &["pynomaly-core"]),
    ("pynomaly-oci", &[]),
    ("pynomaly-backup", &["pynomaly-store"]),
    ("pynomaly-server", &["pynomaly-core", "pynomaly-engine", "pynomaly-oci", "pynomaly-store"]),
    (
        "pynomaly",
        &[
            "pynomaly-backup",
            "pynomaly-conformance",
            "pynomaly-core",
            "pynomaly-engine",
            "pynomaly-oci",
            "pynomaly-server",
        ],
    ),
    (
        "pynomaly-sdk",
        &[
            "pynomaly-sdk-bindings",
            "pynomaly-sdk-derive",
            "pynomaly-sdk-explaining",
            "pynomaly-sdk-streaming",
        ],
    ),
    ("pynomaly-sdk-bindings", &[]),
    ("pynomaly-sdk-explaining", &[]),
    ("pynomaly-sdk-streaming", &[]),
    ("pynomaly-sdk-derive", &[]),
    ("pynomaly-sdk-checks", &["pynomaly-sdk"]),
];

/// Heavy or dangerous dependencies, and the only crates that may name them.
const FENCED: [(&str, &[&str]); 10] = [
    ("wasmtime", &["pynomaly-sandbox", "pynomaly-bench"]),
    ("wasmparser", &["pynomaly-sandbox", "pynomaly"]),
    ("sqlx", &["pynomaly-store"]),
    ("redis", &["pynomaly-store"]),
    ("axum", &["pynomaly-server"]),
    ("jsonwebtoken", &["pynomaly-server"]),
    (
        "wit-bindgen",
        &[
            "pynomaly-sdk",
            "pynomaly-sdk-bindings",
            "pynomaly-sdk-explaining",
            "pynomaly-sdk-streaming",
        ],
    ),
    ("openidconnect", &["pynomaly-server"]),
    ("age", &["pynomaly-backup"]),
    ("object_store", &["pynomaly-backup"]),
];

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml")).no_deps();
    Ok(arrows(&command.exec()?).filter_map(|(from, to)| fault(&from, &to)).collect())
}

/// Every dependency that ends up in a product; tests may look at whatever they test.
fn arrows(metadata: &Metadata) -> impl Iterator<Item = (String, String)> {
    metadata.packages.iter().flat_map(|package| {
        let normal = package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal);
        normal.map(|dependency| (package.name.to_string(), dependency.name.clone()))
    })
}

fn fault(from: &str, to: &str) -> Option<String> {
    let layer = MAY_KNOW.iter().find(|(name, _)| *name == from);
    let is_ours = MAY_KNOW.iter().any(|(name, _)| *name == to);
    if is_ours && layer.is_some_and(|(_, known)| !known.contains(&to)) {
        return Some(format!("{from} may not know {to} (see ARCHITECTURE.md)"));
    }
    let fence = FENCED.iter().find(|(name, _)| *name == to)?;
    (!fence.1.contains(&from)).then(|| format!("{from} may not use {to}: it is fenced off"))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn forbidden_arrows_are_faults() {
        assert!(fault("pynomaly-core", "pynomaly-engine").is_some());
        assert!(fault("pynomaly-store", "pynomaly-sandbox").is_some());
        assert!(fault("pynomaly-server", "sqlx").is_some());
        assert!(fault("pynomaly-server", "pynomaly-engine").is_none());
        assert!(fault("pynomaly-sandbox", "wasmtime").is_none());
    }
}
