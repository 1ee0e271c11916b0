use super::{HEADER, Header, MANIFEST, Manifest, PARTS_MAX, PIECE_BYTES_MAX, Part};
use crate::{BackupError, Key, Progress};
use age::stream::StreamWriter;
use pynomaly_store::dump::DumpError;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// How hard it is compressed: as fast as a disk, about.
const LEVEL: i32 = 3;

/// An archive that is being written.
pub(crate) struct Packer<W: Write> {
    tar: tar::Builder<zstd::Encoder<'static, StreamWriter<W>>>,
    header: Header,
    parts: Vec<Part>,
    /// Seconds since 1970 that every entry of the tar carries.
    moment: u64,
    progress: Progress,
}

impl<W: Write> Packer<W> {
    pub(crate) fn begin(
        out: W,
        key: &Key,
        header: Header,
        moment: u64,
        progress: Progress,
    ) -> Result<Self, BackupError> {
        let recipients = key.recipients.iter().map(|it| it as &dyn age::Recipient);
        let encryptor =
            age::Encryptor::with_recipients(recipients).map_err(|_| BackupError::Key)?;
        let encrypted = encryptor.wrap_output(out).map_err(writing())?;
        let compressed = zstd::Encoder::new(encrypted, LEVEL).map_err(writing())?;
        let tar = tar::Builder::new(compressed);
        let mut packer = Self { tar, header, parts: Vec::new(), moment, progress };
        let text = json(&packer.header)?;
        append(&mut packer.tar, HEADER, packer.moment, &text).map_err(writing())?;
        Ok(packer)
    }

    /// Adds a part, which `fill` writes.
    pub(crate) fn part(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> Result<(), DumpError>,
    ) -> Result<(), BackupError> {
        if self.parts.len() == PARTS_MAX {
            return Err(BackupError::Damaged(format!("more than {PARTS_MAX} parts")));
        }
        let mut pieces = Pieces {
            packer: self,
            name,
            held: Vec::with_capacity(PIECE_BYTES_MAX),
            count: 0,
            bytes: 0,
            digest: Sha256::new(),
        };
        fill(&mut pieces)?;
        let part = pieces.end().map_err(writing())?;
        self.parts.push(part);
        Ok(())
    }

    /// Adds a part that is in memory.
    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
        self.part(name, |out| Ok(out.write_all(bytes)?))
    }

    /// Ends the archive; what is written may not be there before `W` is ended too.
    pub(crate) fn finish(mut self) -> Result<(Manifest, W), BackupError> {
        let manifest = Manifest { header: self.header, parts: self.parts };
        let text = json(&manifest)?;
        append(&mut self.tar, MANIFEST, self.moment, &text).map_err(writing())?;
        let out = self.tar.into_inner().and_then(zstd::Encoder::finish);
        let out = out.and_then(StreamWriter::finish).map_err(writing())?;
        Ok((manifest, out))
    }
}

/// A part cut into pieces, because a tar has to say the size of each entry before it.
struct Pieces<'a, W: Write> {
    packer: &'a mut Packer<W>,
    name: &'a str,
    held: Vec<u8>,
    count: u32,
    bytes: u64,
    digest: Sha256,
}

impl<W: Write> Pieces<'_, W> {
    fn put(&mut self) -> io::Result<()> {
        let name = format!("{}/{:08}", self.name, self.count);
        append(&mut self.packer.tar, &name, self.packer.moment, &self.held)?;
        self.digest.update(&self.held);
        self.bytes += self.held.len() as u64;
        self.count += 1;
        self.held.clear();
        Ok(())
    }

    fn end(mut self) -> io::Result<Part> {
        if !self.held.is_empty() || self.count == 0 {
            self.put()?;
        }
        let sha256 = hex::encode(self.digest.finalize());
        Ok(Part { name: self.name.to_owned(), bytes: self.bytes, sha256 })
    }
}

impl<W: Write> Write for Pieces<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PIECE_BYTES_MAX - self.held.len();
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or(bytes);
        self.held.extend_from_slice(taken);
        self.packer.progress.add(taken.len());
        if self.held.len() == PIECE_BYTES_MAX {
            self.put()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn append<W: Write>(
    tar: &mut tar::Builder<W>,
    name: &str,
    moment: u64,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(moment);
    tar.append_data(&mut header, name, bytes)
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, BackupError> {
    serde_json::to_vec(value).map_err(io::Error::other).map_err(writing())
}

fn writing() -> impl FnOnce(io::Error) -> BackupError {
    BackupError::io("the archive cannot be written")
}
