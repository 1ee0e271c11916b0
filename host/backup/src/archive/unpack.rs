use super::{
    FORMAT, HEADER, Header, MANIFEST, Manifest, PARTS_MAX, PIECE_BYTES_MAX, Part, Watched,
};
use crate::{BackupError, Key, Progress};
use age::{DecryptError, Decryptor};
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read};

/// Bytes read at once from where archives lie.
const BUFFER_BYTES: usize = 256 << 10;
/// Bytes after the last entry: what tar fills its last block with.
const PADDING_BYTES_MAX: u64 = 64 << 10;

/// Who takes what is in an archive. Nothing of it counts before [`unpack`] has ended well.
pub(crate) trait Sink {
    /// The archive begins.
    fn header(&mut self, header: &Header) -> Result<(), BackupError>;
    /// A part begins.
    fn begin(&mut self, name: &str) -> Result<(), BackupError>;
    /// It goes on.
    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError>;
}

/// Reads a whole archive, and holds it against its manifest.
pub(crate) fn unpack<R: Read>(
    input: R,
    key: &Key,
    sink: &mut dyn Sink,
    progress: &Progress,
) -> Result<Manifest, BackupError> {
    let input = Watched::new(input);
    let failure = input.failure();
    let outcome = decrypt(input, key).and_then(|plain| entries(plain, sink, progress));
    match (outcome, failure.take()) {
        (Err(BackupError::Damaged(_) | BackupError::Foreign(_)), Some(source)) => {
            Err(BackupError::Io { doing: "the archive cannot be read".to_owned(), source })
        }
        (outcome, _) => outcome,
    }
}

fn decrypt<R: Read>(input: R, key: &Key) -> Result<impl Read, BackupError> {
    if !key.is_secret() {
        return Err(BackupError::PublicKey);
    }
    let input = BufReader::with_capacity(BUFFER_BYTES, input);
    let decryptor = Decryptor::new_buffered(input).map_err(refused)?;
    let identities = key.identities.iter().map(|it| it as &dyn age::Identity);
    decryptor.decrypt(identities).map_err(refused)
}

fn refused(error: DecryptError) -> BackupError {
    match error {
        DecryptError::NoMatchingKeys => BackupError::WrongKey,
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => {
            BackupError::Foreign("it does not begin as one".to_owned())
        }
        other => BackupError::Damaged(other.to_string()),
    }
}

/// What has been seen of the part that is being read.
struct Current {
    name: String,
    pieces: u32,
    bytes: u64,
    digest: Sha256,
}

impl Current {
    fn end(self) -> Part {
        Part { name: self.name, bytes: self.bytes, sha256: hex::encode(self.digest.finalize()) }
    }
}

fn entries(
    plain: impl Read,
    sink: &mut dyn Sink,
    progress: &Progress,
) -> Result<Manifest, BackupError> {
    let plain = zstd::Decoder::new(plain).map_err(damaged)?;
    let mut tar = tar::Archive::new(plain);
    let (mut header, mut manifest) = (None, None);
    let (mut seen, mut current): (Vec<Part>, Option<Current>) = (Vec::new(), None);
    for entry in tar.entries().map_err(damaged)? {
        let (name, bytes) = read(entry.map_err(foreign_or_damaged(header.is_some()))?)?;
        progress.add(bytes.len());
        match (&header, &manifest) {
            (None, _) => header = Some(first(&name, &bytes, sink)?),
            (_, Some(_)) => {
                return Err(BackupError::Damaged("it goes on after its end".to_owned()));
            }
            _ if name == MANIFEST => {
                seen.extend(current.take().map(Current::end));
                manifest = Some(parse::<Manifest>(&bytes)?);
            }
            _ => piece(&name, &bytes, &mut seen, &mut current, sink)?,
        }
    }
    end(tar.into_inner())?;
    let header = header.ok_or_else(|| BackupError::Foreign("it is empty".to_owned()))?;
    let manifest = manifest.ok_or_else(|| BackupError::Damaged("it has no end".to_owned()))?;
    if manifest.header != header || manifest.parts != seen {
        return Err(BackupError::Damaged("it is not what its manifest says".to_owned()));
    }
    Ok(manifest)
}

/// The name of an entry and what is in it.
fn read(mut entry: tar::Entry<'_, impl Read>) -> Result<(String, Vec<u8>), BackupError> {
    let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
    if size > PIECE_BYTES_MAX || !entry.header().entry_type().is_file() {
        return Err(BackupError::Damaged("an entry is none of an archive's".to_owned()));
    }
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let mut bytes = Vec::with_capacity(size);
    entry.read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() != size {
        return Err(BackupError::Damaged(format!("{name} is cut off")));
    }
    Ok((name, bytes))
}

/// The first entry says whether the rest can be understood.
fn first(name: &str, bytes: &[u8], sink: &mut dyn Sink) -> Result<Header, BackupError> {
    #[derive(serde::Deserialize)]
    struct Any {
        format: u32,
    }
    let foreign = |_| BackupError::Foreign("it has no header".to_owned());
    if name != HEADER {
        return Err(BackupError::Foreign(format!("it begins with {name:?}")));
    }
    let Any { format } = serde_json::from_slice(bytes).map_err(foreign)?;
    if format > FORMAT {
        return Err(BackupError::NewerFormat(format));
    }
    let header = serde_json::from_slice(bytes).map_err(foreign)?;
    sink.header(&header)?;
    Ok(header)
}

fn piece(
    name: &str,
    bytes: &[u8],
    seen: &mut Vec<Part>,
    current: &mut Option<Current>,
    sink: &mut dyn Sink,
) -> Result<(), BackupError> {
    let wrong = || BackupError::Damaged(format!("{name:?} is not where it should be"));
    let (part, number) = name.split_once('/').ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong())?;
    if number == 0 {
        seen.extend(current.take().map(Current::end));
        let is_new = seen.iter().all(|it| it.name != part) && seen.len() < PARTS_MAX;
        if !is_new || !is_plain(part) {
            return Err(wrong());
        }
        sink.begin(part)?;
        let name = part.to_owned();
        *current = Some(Current { name, pieces: 0, bytes: 0, digest: Sha256::new() });
    }
    let open = current.as_mut().filter(|it| it.name == part && it.pieces == number);
    let open = open.ok_or_else(wrong)?;
    open.pieces += 1;
    open.bytes += bytes.len() as u64;
    open.digest.update(bytes);
    sink.write(bytes)
}

/// Whether it may become the name of a file.
fn is_plain(name: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"_.".contains(&it);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain)
}

/// Only padding follows, and then the ends of both streams, each of which says so if it is missing.
fn end(rest: impl Read) -> Result<(), BackupError> {
    let mut padding = Vec::new();
    rest.take(PADDING_BYTES_MAX + 1).read_to_end(&mut padding).map_err(damaged)?;
    if padding.len() as u64 > PADDING_BYTES_MAX || padding.iter().any(|byte| *byte != 0) {
        return Err(BackupError::Damaged("it goes on after its end".to_owned()));
    }
    Ok(())
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, BackupError> {
    serde_json::from_slice(bytes).map_err(|error| BackupError::Damaged(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn damaged(error: io::Error) -> BackupError {
    BackupError::Damaged(error.to_string())
}

/// What fails before there is a header was never one of ours, unless it is damaged there.
fn foreign_or_damaged(has_begun: bool) -> impl FnOnce(io::Error) -> BackupError {
    move |error| match error.kind() {
        _ if has_begun => damaged(error),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => damaged(error),
        _ => BackupError::Foreign(error.to_string()),
    }
}
