//! A custom section at the very end of a component: what travels with the bytes before it and says
//! something about them, such as a signature.

use wasmparser::{Parser, Payload};

/// The bytes before the section `name` that ends the component, and what it holds. `None` where
/// there is none, or where anything follows it.
#[must_use]
pub fn trailing_section<'a>(component: &'a [u8], name: &str) -> Option<(&'a [u8], &'a [u8])> {
    let (mut depth, mut last) = (0_usize, None);
    for payload in Parser::new(0).parse_all(component) {
        match payload.ok()? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section) if depth == 1 => {
                last = (section.name() == name).then(|| section.data());
            }
            _ if depth == 1 => last = None,
            _ => {}
        }
    }
    let content = last?;
    // Written in the one way there is here: nothing can hide between the bytes and the section.
    let mut section = Vec::new();
    write_section(&mut section, name, content);
    Some((component.strip_suffix(section.as_slice())?, content))
}

/// `component` with such a section behind it.
#[must_use]
pub fn with_trailing_section(component: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = component.to_vec();
    write_section(&mut bytes, name, content);
    bytes
}

/// Custom section (id 0): its size, the length of its name, its name, its content.
fn write_section(out: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut length = Vec::new();
    write_leb128(&mut length, name.len());
    out.push(0);
    write_leb128(out, length.len().saturating_add(name.len()).saturating_add(content.len()));
    out.extend_from_slice(&length);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(content);
}

fn write_leb128(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn section_at_the_end_is_found_and_no_other() {
        for content in [&b""[..], b"content", &[7; 300]] {
            let with = with_trailing_section(EMPTY, "name", content);
            assert_eq!(trailing_section(&with, "name"), Some((EMPTY, content)));
            assert_eq!(trailing_section(&with, "other"), None);
            let longer = with_trailing_section(&with, "other", b"");
            assert_eq!(trailing_section(&longer, "name"), None);
            // Twice: the outer one speaks of the inner one too.
            let twice = with_trailing_section(&with, "name", b"second");
            assert_eq!(trailing_section(&twice, "name"), Some((&with[..], &b"second"[..])));
        }
        assert_eq!(trailing_section(EMPTY, "name"), None);
        assert_eq!(trailing_section(b"no component", "name"), None);
    }
}
