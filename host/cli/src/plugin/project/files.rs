//! What a new project is made of: the templates and SDKs of `sdk/`, inside the binary.

use super::Language;

/// A path within the project, and the text there.
pub(super) type File = (&'static str, &'static str);

macro_rules! sdk {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/", $path))
    };
}

/// In a project of any language.
const SHARED: &[File] = &[
    (".gitignore", sdk!("template/gitignore")),
    ("rows.csv", sdk!("template/rows.csv")),
    ("tests/golden.csv", sdk!("template/golden.csv")),
];

const RUST: &[File] = &[
    ("Cargo.toml", sdk!("rust/template/Cargo.toml")),
    ("README.md", sdk!("rust/template/README.md")),
    ("src/lib.rs", sdk!("rust/template/src/lib.rs")),
    ("tests/golden.rs", sdk!("rust/template/tests/golden.rs")),
];

const PYTHON: &[File] = &[
    ("README.md", sdk!("python/template/README.md")),
    ("detector.py", sdk!("python/template/detector.py")),
    ("pyproject.toml", sdk!("python/template/pyproject.toml")),
    ("tests/test_detector.py", sdk!("python/template/tests/test_detector.py")),
];

const PYTHON_SDK: &[File] = &[
    ("pynomaly_sdk/__init__.py", sdk!("python/pynomaly_sdk/__init__.py")),
    ("pynomaly_sdk/abilities.py", sdk!("python/pynomaly_sdk/abilities.py")),
    ("pynomaly_sdk/component.py", sdk!("python/pynomaly_sdk/component.py")),
    ("pynomaly_sdk/detector.py", sdk!("python/pynomaly_sdk/detector.py")),
    ("pynomaly_sdk/errors.py", sdk!("python/pynomaly_sdk/errors.py")),
    ("pynomaly_sdk/log.py", sdk!("python/pynomaly_sdk/log.py")),
    ("pynomaly_sdk/matrix.py", sdk!("python/pynomaly_sdk/matrix.py")),
    ("pynomaly_sdk/parameters.py", sdk!("python/pynomaly_sdk/parameters.py")),
    ("pynomaly_sdk/state.py", sdk!("python/pynomaly_sdk/state.py")),
];

/// What the component of a Python project begins with.
pub(super) const PYTHON_ENTRY: &[File] = &[
    ("pynomaly_component.py", sdk!("python/entry/pynomaly_component.py")),
    ("pynomaly_contract.py", sdk!("python/entry/pynomaly_contract.py")),
];

const JS: &[File] = &[
    ("README.md", sdk!("js/template/README.md")),
    ("detector.js", sdk!("js/template/detector.js")),
    ("package.json", sdk!("js/template/package.json")),
    ("tests/detector.test.js", sdk!("js/template/tests/detector.test.js")),
];

const TS: &[File] = &[
    ("README.md", sdk!("ts/template/README.md")),
    ("detector.ts", sdk!("ts/template/detector.ts")),
    ("package.json", sdk!("ts/template/package.json")),
    ("tests/detector.test.ts", sdk!("ts/template/tests/detector.test.ts")),
    ("tsconfig.json", sdk!("ts/template/tsconfig.json")),
];

const JS_SDK: &[File] = &[
    ("pynomaly_sdk/component.js", sdk!("js/pynomaly_sdk/component.js")),
    ("pynomaly_sdk/detector.js", sdk!("js/pynomaly_sdk/detector.js")),
    ("pynomaly_sdk/errors.js", sdk!("js/pynomaly_sdk/errors.js")),
    ("pynomaly_sdk/index.d.ts", sdk!("js/pynomaly_sdk/index.d.ts")),
    ("pynomaly_sdk/index.js", sdk!("js/pynomaly_sdk/index.js")),
    ("pynomaly_sdk/log.js", sdk!("js/pynomaly_sdk/log.js")),
    ("pynomaly_sdk/matrix.js", sdk!("js/pynomaly_sdk/matrix.js")),
    ("pynomaly_sdk/parameters.js", sdk!("js/pynomaly_sdk/parameters.js")),
    ("pynomaly_sdk/random.js", sdk!("js/pynomaly_sdk/random.js")),
    ("pynomaly_sdk/state.js", sdk!("js/pynomaly_sdk/state.js")),
];

/// What the component of a JavaScript or TypeScript project begins with.
pub(super) const JS_ENTRY: &[File] = &[
    ("abilities.js", sdk!("js/entry/abilities.js")),
    ("component.js", sdk!("js/entry/component.js")),
];

const C: &[File] = &[
    ("README.md", sdk!("c/template/README.md")),
    ("detector.c", sdk!("c/template/detector.c")),
    ("tests/test_detector.c", sdk!("c/template/tests/test_detector.c")),
];

const C_SDK: &[File] = &[
    ("pynomaly_sdk/component.c", sdk!("c/pynomaly_sdk/component.c")),
    ("pynomaly_sdk/plugin.c", sdk!("c/pynomaly_sdk/plugin.c")),
    ("pynomaly_sdk/plugin.h", sdk!("c/pynomaly_sdk/plugin.h")),
    ("pynomaly_sdk/pynomaly.c", sdk!("c/pynomaly_sdk/pynomaly.c")),
    ("pynomaly_sdk/pynomaly.h", sdk!("c/pynomaly_sdk/pynomaly.h")),
    ("pynomaly_sdk/wasi_stubs.c", sdk!("c/pynomaly_sdk/wasi_stubs.c")),
];

/// What an author changes.
pub(super) fn template(language: Language) -> impl Iterator<Item = &'static File> {
    let own = match language {
        Language::Rust => RUST,
        Language::Python => PYTHON,
        Language::Js => JS,
        Language::Ts => TS,
        Language::C => C,
    };
    SHARED.iter().chain(own)
}

/// What an author leaves as it is. That of Rust is a crate.
pub(super) fn sdk(language: Language) -> &'static [File] {
    match language {
        Language::Rust => &[],
        Language::Python => PYTHON_SDK,
        Language::Js | Language::Ts => JS_SDK,
        Language::C => C_SDK,
    }
}
