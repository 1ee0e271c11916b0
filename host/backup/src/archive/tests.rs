use super::*;
use crate::{BackupError, Key, Progress};
use std::io::Write;

fn key() -> Key {
    Key::parse(&Key::generate().secret).unwrap()
}

fn header() -> Header {
    Header {
        format: FORMAT,
        version: "1.2.3".to_owned(),
        created_at: "2026-11-24T03:00:00Z".to_owned(),
        database: "sqlite".to_owned(),
        schema: 12,
    }
}

/// Bytes that do not compress, longer than a piece.
fn noise() -> Vec<u8> {
    let mut state = 7u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..PIECE_BYTES_MAX + 1000).map(next).collect()
}

fn packed(key: &Key) -> Vec<u8> {
    let mut packer = Packer::begin(Vec::new(), key, header(), 0, Progress::default()).unwrap();
    packer.part("database", |out| Ok(out.write_all(&noise())?)).unwrap();
    packer.bytes("settings.json", b"{}").unwrap();
    packer.bytes("nothing", b"").unwrap();
    packer.finish().unwrap().1
}

#[derive(Default)]
struct Kept(Parts);

impl Sink for Kept {
    fn header(&mut self, _: &Header) -> Result<(), BackupError> {
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), BackupError> {
        self.0.push((name.to_owned(), Vec::new()));
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.0.last_mut().unwrap().1.extend_from_slice(bytes);
        Ok(())
    }
}

type Parts = Vec<(String, Vec<u8>)>;

fn unpacked(bytes: &[u8], key: &Key) -> Result<(Manifest, Parts), BackupError> {
    let mut kept = Kept::default();
    let manifest = unpack(bytes, key, &mut kept, &Progress::default())?;
    Ok((manifest, kept.0))
}

/// An age file for `key` of these bytes.
fn encrypted(key: &Key, plain: &[u8]) -> Vec<u8> {
    let recipients = key.recipients.iter().map(|it| it as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
    let mut out = encryptor.wrap_output(Vec::new()).unwrap();
    out.write_all(plain).unwrap();
    out.finish().unwrap()
}

/// A tar of these entries, compressed.
fn compressed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn error_of(entries: &[(&str, &[u8])]) -> BackupError {
    let key = key();
    unpacked(&encrypted(&key, &compressed(entries)), &key).unwrap_err()
}

#[test]
fn what_goes_in_comes_out() {
    let key = key();
    let (manifest, parts) = unpacked(&packed(&key), &key).unwrap();
    let names: Vec<_> = parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["database", "settings.json", "nothing"]);
    assert!(parts[0].1 == noise());
    assert_eq!((manifest.parts[0].bytes, manifest.parts[2].bytes), (noise().len() as u64, 0));
    assert_eq!(manifest.header, header());
}

#[test]
fn another_key_is_refused() {
    let archive = packed(&key());
    assert!(matches!(unpacked(&archive, &key()), Err(BackupError::WrongKey)));
    let public = Key::parse(&Key::generate().public).unwrap();
    assert!(matches!(unpacked(&archive, &public), Err(BackupError::PublicKey)));
}

#[test]
fn damage_anywhere_is_seen() {
    let key = key();
    let whole = packed(&key);
    let places = (0..whole.len()).step_by(whole.len() / 40).chain([whole.len() - 1]);
    for place in places {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        let error = unpacked(&damaged, &key).unwrap_err();
        assert!(error.is_refusal(), "at {place}: {error}");
    }
}

#[test]
fn what_is_cut_off_or_goes_on_is_seen() {
    let key = key();
    let whole = packed(&key);
    let lengths = (0..whole.len()).step_by(whole.len() / 40);
    // Also at the edges of the pieces that age encrypts.
    for length in lengths.chain([whole.len() - 1, whole.len() - 16, (64 << 10) + 216]) {
        let error = unpacked(&whole[..length], &key).unwrap_err();
        assert!(error.is_refusal(), "after {length}: {error}");
    }
    let longer = [whole, vec![0]].concat();
    assert!(matches!(unpacked(&longer, &key), Err(BackupError::Damaged(_))));
}

#[test]
fn what_is_no_archive_is_refused() {
    let key = key();
    for bytes in [&b"SQLite format 3\0"[..], &[0; 100_000], b"age-encryption.org/v9\n-> X\n"] {
        let error = unpacked(bytes, &key).unwrap_err();
        assert!(matches!(error, BackupError::Foreign(_) | BackupError::Damaged(_)), "{error}");
    }
    let other = encrypted(&key, b"a letter");
    assert!(unpacked(&other, &key).unwrap_err().is_refusal());
    let error = error_of(&[("letter.txt", b"hello")]);
    assert!(matches!(error, BackupError::Foreign(_)), "{error}");
}

#[test]
fn newer_format_is_named() {
    let error = error_of(&[(HEADER, br#"{"format": 2, "new": true}"#)]);
    assert!(matches!(error, BackupError::NewerFormat(2)), "{error}");
}

#[test]
fn parts_out_of_order_or_beyond_the_manifest_are_seen() {
    let header = serde_json::to_vec(&header()).unwrap();
    let empty = Manifest { header: serde_json::from_slice(&header).unwrap(), parts: Vec::new() };
    let empty = serde_json::to_vec(&empty).unwrap();
    let begin = (HEADER, &header[..]);
    let end = (MANIFEST, &empty[..]);
    for between in [
        &[("database/00000001", &b"x"[..])][..],
        &[("database/00000000", b"x"), ("database/00000002", b"x")],
        &[("database/00000000", b"x"), ("database/00000000", b"x")],
        &[(".etc/00000000", b"x")],
        &[("Upper/00000000", b"x")],
        &[("database", b"x")],
        &[("database/00000000", b"x")],
        &[end],
    ] {
        let entries = [&[begin], between, &[end]].concat();
        let error = error_of(&entries);
        assert!(matches!(error, BackupError::Damaged(_)), "{between:?}: {error}");
    }
    let error = error_of(&[begin]);
    assert!(matches!(error, BackupError::Damaged(_)), "{error}");
}

#[test]
fn failure_of_the_source_is_no_damage() {
    struct Broken(usize, Vec<u8>);
    impl std::io::Read for Broken {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let rest = &self.1[self.0..];
            if rest.len() < 1000 {
                return Err(std::io::Error::other("the network is gone"));
            }
            let count = (&rest[..into.len().min(rest.len())]).read(into)?;
            self.0 += count.min(rest.len() - 500);
            Ok(count.min(rest.len() - 500))
        }
    }
    let key = key();
    let broken = Broken(0, packed(&key));
    let error = unpack(broken, &key, &mut Kept::default(), &Progress::default()).unwrap_err();
    assert!(matches!(error, BackupError::Io { .. }), "{error}");
}
