//! What is refused before any of it is compiled: wrong kind of file, ungranted imports, more
//! than an instance may have.

use crate::error::LoadError;
use crate::limits::Limits;
use wasmparser::{Encoding, MemoryType, Parser, Payload, TableType, Validator, WasmFeatures};

/// Import names that plugins are given, up to the minor version.
const GRANTED: [&str; 2] = ["pynomaly:detector/log@1.", "pynomaly:detector/types@1."];
/// Bytes of a page of linear memory.
const PAGE_BYTES: u64 = 65_536;

/// Walks through the whole component once, without compiling.
pub(crate) fn precheck(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    if component.len() > limits.component_bytes_max {
        return Err(LoadError::TooLarge { limit: limits.component_bytes_max });
    }
    if !Parser::is_component(component) {
        return Err(LoadError::Format("these bytes are no WebAssembly component".into()));
    }
    walk(component, limits)?;
    // After the walk: a refusal for a named cause teaches more than one for a broken format.
    Validator::new_with_features(features()).validate_all(component).map_err(format_error)?;
    Ok(())
}

fn features() -> WasmFeatures {
    WasmFeatures::default() | WasmFeatures::COMPONENT_MODEL
}

fn walk(component: &[u8], limits: &Limits) -> Result<(), LoadError> {
    let mut modules = 0;
    let mut depth = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(format_error)? {
            Payload::Version { encoding, .. } => {
                modules += u64::from(encoding == Encoding::Module);
                bound("core modules", modules, limits.modules_max as u64)?;
                depth.push(encoding);
            }
            Payload::End(_) => drop(depth.pop()),
            Payload::ComponentImportSection(imports) if depth.len() == 1 => {
                for import in imports {
                    check_import(import.map_err(format_error)?.name.name)?;
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    check_memory(&memory.map_err(format_error)?, limits)?;
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    check_table(&table.map_err(format_error)?.ty, limits)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_import(name: &str) -> Result<(), LoadError> {
    if GRANTED.iter().any(|granted| name.starts_with(granted)) {
        return Ok(());
    }
    Err(LoadError::Import(name.to_owned()))
}

fn check_memory(memory: &MemoryType, limits: &Limits) -> Result<(), LoadError> {
    let bytes = memory.initial.saturating_mul(PAGE_BYTES);
    bound("bytes of memory", bytes, limits.memory_bytes_max as u64)
}

fn check_table(table: &TableType, limits: &Limits) -> Result<(), LoadError> {
    bound("table elements", table.initial, limits.table_elements_max as u64)
}

fn bound(what: &'static str, declared: u64, limit: u64) -> Result<(), LoadError> {
    if declared > limit {
        return Err(LoadError::Resources { what, declared, limit });
    }
    Ok(())
}

fn format_error(error: wasmparser::BinaryReaderError) -> LoadError {
    LoadError::Format(error.to_string())
}
