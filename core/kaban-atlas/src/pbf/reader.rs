//! The blobs of a PBF file, passed over three times; only one decompressed blob is in memory at a time.

use super::block::{Block, Holds, Stop};
use crate::error::{Error, Result};
use crate::osm::{NodeView, RelationView, Source, WayView};
use crate::wire::{Malformed, Wire};
use std::io::{Read, Seek, SeekFrom};

/// Bounds of the format itself.
const BLOB_HEADER_BYTES_MAX: u32 = 64 * 1024;
const BLOB_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// A whole planet has about 50,000 blobs; a file with more is not a district.
const BLOBS_MAX: usize = 1 << 20;

#[derive(Clone, Copy)]
struct BlobPlace {
    offset: u64,
    length: u64,
    holds: Holds,
}

/// A PBF as a source of elements.
pub(crate) struct PbfSource<'r, R> {
    reader: R,
    total: u64,
    blobs: Vec<BlobPlace>,
    /// Replication time of the file's header, seconds since 1970.
    pub data_seconds: Option<i64>,
    progress: &'r mut dyn FnMut(u64, u64),
}

impl<'r, R: Read + Seek> PbfSource<'r, R> {
    /// Reads the table of blobs and the header; `progress` hears of bytes done and bytes in all, per pass.
    pub fn open(mut reader: R, progress: &'r mut dyn FnMut(u64, u64)) -> Result<Self> {
        let total = reader.seek(SeekFrom::End(0)).map_err(Error::Read)?;
        if total == 0 {
            return Err(Error::EmptyInput);
        }
        let mut source = Self {
            reader,
            total,
            blobs: Vec::new(),
            data_seconds: None,
            progress,
        };
        source.read_table()?;
        Ok(source)
    }

    fn read_table(&mut self) -> Result<()> {
        let mut offset = 0u64;
        let mut header_seen = false;
        let mut buffer = Vec::new();
        while offset < self.total {
            let start = offset;
            let not_a_blob = |what| {
                if header_seen {
                    Error::BadPbf { at: start, what }
                } else {
                    Error::NotPbf
                }
            };
            if self.total - offset < 4 {
                return Err(not_a_blob("it ends in the middle of a blob"));
            }
            self.reader
                .seek(SeekFrom::Start(offset))
                .map_err(Error::Read)?;
            let mut length = [0u8; 4];
            self.reader.read_exact(&mut length).map_err(Error::Read)?;
            let length = u32::from_be_bytes(length);
            if length == 0 || length > BLOB_HEADER_BYTES_MAX {
                return Err(not_a_blob("a blob header has an impossible length"));
            }
            offset += 4;
            if self.total - offset < u64::from(length) {
                return Err(not_a_blob("it ends in the middle of a blob"));
            }
            read_into(&mut self.reader, u64::from(length), &mut buffer)?;
            let (kind, size) = blob_header(&buffer).map_err(|Malformed(what)| not_a_blob(what))?;
            offset += u64::from(length);
            if size > BLOB_BYTES_MAX || self.total - offset < size {
                return Err(not_a_blob("it ends in the middle of a blob"));
            }
            match kind {
                BlobKind::Header => {
                    let bytes = self.inflate(offset, size)?;
                    self.read_header(&bytes)
                        .map_err(|stop| locate(stop, start))?;
                    header_seen = true;
                }
                BlobKind::Data if header_seen => {
                    if self.blobs.len() == BLOBS_MAX {
                        return Err(Error::TooLarge(
                            "more blobs than a map of a district can have",
                        ));
                    }
                    // Until the first pass has looked inside, a blob may hold anything.
                    let holds = Holds {
                        nodes: true,
                        ways: true,
                        relations: true,
                    };
                    self.blobs.push(BlobPlace {
                        offset,
                        length: size,
                        holds,
                    });
                }
                BlobKind::Data => return Err(Error::NotPbf),
                BlobKind::Other => {}
            }
            offset += size;
        }
        if header_seen {
            Ok(())
        } else {
            Err(Error::NotPbf)
        }
    }

    fn read_header(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let mut wire = Wire(bytes);
        while let Some((number, value)) = wire.field()? {
            match number {
                4 => {
                    let feature = String::from_utf8_lossy(value.bytes()?);
                    if !matches!(&*feature, "OsmSchema-V0.6" | "DenseNodes") {
                        let feature = feature
                            .chars()
                            .filter(|c| !c.is_control())
                            .take(64)
                            .collect();
                        return Err(Stop::Visitor(Error::UnsupportedPbf(feature)));
                    }
                }
                32 => self.data_seconds = Some(value.varint()?.cast_signed()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The decompressed bytes of the blob at `offset`.
    fn inflate(&mut self, offset: u64, length: u64) -> Result<Vec<u8>> {
        self.reader
            .seek(SeekFrom::Start(offset))
            .map_err(Error::Read)?;
        let mut blob = Vec::new();
        read_into(&mut self.reader, length, &mut blob)?;
        let bad = |what| Error::BadPbf { at: offset, what };
        let mut wire = Wire(&blob);
        while let Some((number, value)) = wire.field().map_err(|Malformed(what)| bad(what))? {
            match number {
                1 => return Ok(value.bytes().map_err(|Malformed(what)| bad(what))?.to_vec()),
                3 => {
                    let packed = value.bytes().map_err(|Malformed(what)| bad(what))?;
                    let mut bytes = Vec::new();
                    flate2::read::ZlibDecoder::new(packed)
                        .take(BLOB_BYTES_MAX + 1)
                        .read_to_end(&mut bytes)
                        .map_err(|_| bad("a blob does not decompress"))?;
                    if bytes.len() as u64 > BLOB_BYTES_MAX {
                        return Err(bad("a blob is larger than the format allows"));
                    }
                    return Ok(bytes);
                }
                4..=7 => {
                    return Err(Error::UnsupportedPbf(
                        "a compression other than zlib".into(),
                    ));
                }
                _ => {}
            }
        }
        Err(bad("a blob is empty"))
    }

    fn pass(
        &mut self,
        learn: bool,
        wanted: impl Fn(&Holds) -> bool,
        mut walk: impl FnMut(&Block<'_>) -> Result<(), Stop>,
    ) -> Result<()> {
        for index in 0..self.blobs.len() {
            let BlobPlace {
                offset,
                length,
                holds,
            } = self.blobs[index];
            (self.progress)(offset, self.total);
            if !wanted(&holds) {
                continue;
            }
            let bytes = self.inflate(offset, length)?;
            let block = Block::parse(&bytes).map_err(|cause| locate(cause.into(), offset))?;
            if learn {
                self.blobs[index].holds = block
                    .holds()
                    .map_err(|cause| locate(cause.into(), offset))?;
            }
            walk(&block).map_err(|stop| locate(stop, offset))?;
        }
        (self.progress)(self.total, self.total);
        Ok(())
    }
}

impl<R: Read + Seek> Source for PbfSource<'_, R> {
    fn relations(&mut self, each: &mut dyn FnMut(&RelationView<'_>) -> Result<()>) -> Result<()> {
        self.pass(true, |holds| holds.relations, |block| block.relations(each))
    }

    fn ways(&mut self, each: &mut dyn FnMut(&WayView<'_>) -> Result<()>) -> Result<()> {
        self.pass(false, |holds| holds.ways, |block| block.ways(each))
    }

    fn nodes(&mut self, each: &mut dyn FnMut(&NodeView<'_>) -> Result<()>) -> Result<()> {
        self.pass(false, |holds| holds.nodes, |block| block.nodes(each))
    }
}

enum BlobKind {
    Header,
    Data,
    Other,
}

fn blob_header(bytes: &[u8]) -> Result<(BlobKind, u64), Malformed> {
    let (mut kind, mut size) = (None, None);
    let mut wire = Wire(bytes);
    while let Some((number, value)) = wire.field()? {
        match number {
            1 => kind = Some(value.bytes()?),
            3 => size = Some(value.varint()?),
            _ => {}
        }
    }
    let kind = match kind.ok_or(Malformed("a blob has no type"))? {
        b"OSMHeader" => BlobKind::Header,
        b"OSMData" => BlobKind::Data,
        _ => BlobKind::Other,
    };
    Ok((kind, size.ok_or(Malformed("a blob has no length"))?))
}

fn read_into(reader: &mut impl Read, length: u64, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    reader
        .take(length)
        .read_to_end(buffer)
        .map_err(Error::Read)?;
    if buffer.len() as u64 == length {
        Ok(())
    } else {
        Err(Error::Read(std::io::ErrorKind::UnexpectedEof.into()))
    }
}

fn locate(stop: Stop, at: u64) -> Error {
    match stop {
        Stop::Malformed(Malformed(what)) => Error::BadPbf { at, what },
        Stop::Visitor(error) => error,
    }
}
