//! What a log consists of: records, from memory to bytes and back. See `format.md`.

mod field;
mod header;
mod label;
#[cfg(test)]
mod tests;

pub(crate) use field::{List, Text};
pub(crate) use header::{BLOCK, BLOCK_HEADER, HEADER, Header, HeaderError, Mode, Number};
pub(crate) use label::{label_of_word, label_word};

use field::{Reader, Writer};
use header::{kind_byte, kind_of};
use metrics_core::model::Kind;

/// Bytes before the body of a record: its length, and the checksum of the body.
pub(crate) const FRAME: usize = 8;
/// Bytes of a record at most. A label of a megabyte is a mistake.
pub(crate) const MOST: usize = 1 << 20;

/// One record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Record<'a> {
    Family(Family<'a>),
    Series(Series<'a>),
    /// Further cells of a native histogram: a segment, laid out like the first one, of the life with this number.
    More {
        series: u32,
        life: u64,
        first: u32,
        len: u32,
    },
    /// Logged before the cells are zeroed.
    Gone {
        series: u32,
    },
    /// A dense series begins again at zero: this is what its cells were, added up over all arenas, in their order.
    /// What is missing at the end is zero.
    Restart {
        series: u32,
        created: u64,
        sums: List<'a, u64>,
    },
    /// Where a chunk of an arena lies.
    Chunk {
        arena: u32,
        index: u32,
        offset: u64,
    },
    Native(Native<'a>),
    /// One more native cell is used, and means this.
    Bucket {
        series: u32,
        life: u64,
        cell: u32,
        label: i64,
    },
    /// Where text of a series lies: two halves of `capacity` bytes each.
    Blob {
        series: u32,
        slot: u32,
        offset: u64,
        capacity: u32,
    },
    /// Of an archive: what the file with this random number held is in here.
    Includes {
        random: u64,
    },
}

/// A family as a process describes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Family<'a> {
    pub(crate) family: u32,
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    pub(crate) number: Number,
    /// Without `_total`.
    pub(crate) name: Text<'a>,
    pub(crate) help: Text<'a>,
    pub(crate) unit: &'a str,
    /// Of classic buckets, without +Inf. If there are none, nor are there classic cells.
    pub(crate) bounds: List<'a, f64>,
    /// Of a state set, by their index.
    pub(crate) states: List<'a, &'a str>,
}

/// A series, which owns its cells from here on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Series<'a> {
    /// Unique in the file, for ever, ascending.
    pub(crate) series: u32,
    pub(crate) family: u32,
    /// Rendered, constant ones first.
    pub(crate) labels: Text<'a>,
    /// Nanoseconds since 1970; 0: not known.
    pub(crate) created: u64,
    pub(crate) place: Place<'a>,
}

/// Where the value of a series is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place<'a> {
    Cells {
        first: u32,
        len: u32,
    },
    /// One word, of a gauge or a state set, on a line of its own.
    Word {
        offset: u64,
    },
    /// An info has blobs alone.
    Nowhere,
    /// The words of a gauge histogram: the sum (an `f64`), then the buckets (`i64`).
    Words(List<'a, u64>),
}

/// What the native cells of a histogram mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Native<'a> {
    pub(crate) series: u32,
    /// Grows when the histogram starts over, in other cells.
    pub(crate) life: u64,
    pub(crate) schema: i32,
    pub(crate) zero_threshold: f64,
    pub(crate) created: u64,
    /// Of the native cells of all segments of this life, in order: [words](label_word). Those behind are not used yet.
    pub(crate) labels: List<'a, i64>,
}

/// What a place in a log holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Found<'a> {
    /// A record, and the bytes that it takes, padding included.
    Record(Record<'a>, usize),
    /// A whole record of a later version, which may be passed over, and its bytes.
    Unknown(usize),
    /// Nothing yet.
    End,
    /// The bytes that were given do not hold all of it: so many are needed.
    Needs(usize),
    /// No record.
    Corrupt,
}

/// Bytes that a record of this length takes, padding included.
pub(crate) const fn padded(len: usize) -> usize {
    len.next_multiple_of(8)
}

impl<'a> Record<'a> {
    /// Writes all of the record but its length, in whose place a zero is, and gives the length: whoever appends to a
    /// log that others read stores it last. It takes [`padded`] bytes. `None`: it does not fit into `out`, or is longer than
    /// [`MOST`]. Nothing is allocated.
    pub(crate) fn encode(&self, out: &mut [u8]) -> Option<u32> {
        let mut writer = Writer::new(out);
        writer.bytes(&[0; FRAME]);
        self.write(&mut writer);
        let len = writer.len();
        let place = out.get_mut(..padded(len)).filter(|_| len <= MOST)?;
        let sum = crc32fast::hash(&place[FRAME..len]);
        place[4..FRAME].copy_from_slice(&sum.to_le_bytes());
        place[len..].fill(0);
        u32::try_from(len).ok()
    }

    /// Length of the record, without padding.
    pub(crate) fn encoded_len(&self) -> usize {
        let mut writer = Writer::new(&mut []);
        self.write(&mut writer);
        FRAME + writer.len()
    }

    /// Appends the whole record to what nobody reads yet. Whether it was short enough.
    pub(crate) fn append(&self, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        out.resize(start + padded(self.encoded_len()), 0);
        let len = self.encode(&mut out[start..]);
        match len {
            Some(len) => out[start..start + 4].copy_from_slice(&len.to_le_bytes()),
            None => out.truncate(start),
        }
        len.is_some()
    }

    /// Looks at the start of `bytes`.
    pub(crate) fn decode(bytes: &'a [u8]) -> Found<'a> {
        let Some(len) = bytes.first_chunk().map(|len| u32::from_le_bytes(*len) as usize) else {
            return Found::Needs(FRAME);
        };
        match len {
            0 => return Found::End,
            1..=FRAME => return Found::Corrupt,
            len if len > MOST => return Found::Corrupt,
            len if bytes.len() < padded(len) => return Found::Needs(padded(len)),
            _ => {}
        }
        let body = &bytes[FRAME..len];
        if bytes[4..FRAME] != crc32fast::hash(body).to_le_bytes() {
            return Found::Corrupt;
        }
        match body[0] {
            1..=10 => match Self::read(&mut Reader(body)) {
                Some(record) => Found::Record(record, padded(len)),
                None => Found::Corrupt,
            },
            _ => Found::Unknown(padded(len)),
        }
    }

    /// What [`decode`](Self::decode) found just now in the same bytes.
    pub(crate) fn decode_again(bytes: &'a [u8]) -> Option<Self> {
        let len = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
        Self::read(&mut Reader(bytes.get(FRAME..len)?))
    }

    fn write(&self, to: &mut Writer<'_>) {
        use field::Item;
        match *self {
            Self::Family(Family { family, kind, mode, number, name, help, unit, bounds, states }) => {
                1u8.write(to);
                family.write(to);
                to.bytes(&[kind_byte(kind), mode.byte(), number.byte()]);
                name.write(to);
                help.write(to);
                unit.write(to);
                bounds.write(to);
                states.write(to);
            }
            Self::Series(Series { series, family, labels, created, place }) => {
                2u8.write(to);
                series.write(to);
                family.write(to);
                labels.write(to);
                created.write(to);
                match place {
                    Place::Cells { first, len } => {
                        0u8.write(to);
                        first.write(to);
                        len.write(to);
                    }
                    Place::Word { offset } => {
                        1u8.write(to);
                        offset.write(to);
                    }
                    Place::Nowhere => 2u8.write(to),
                    Place::Words(offsets) => {
                        3u8.write(to);
                        offsets.write(to);
                    }
                }
            }
            Self::More { series, life, first, len } => {
                3u8.write(to);
                series.write(to);
                life.write(to);
                first.write(to);
                len.write(to);
            }
            Self::Gone { series } => {
                4u8.write(to);
                series.write(to);
            }
            Self::Restart { series, created, sums } => {
                5u8.write(to);
                series.write(to);
                created.write(to);
                sums.write(to);
            }
            Self::Chunk { arena, index, offset } => {
                6u8.write(to);
                arena.write(to);
                index.write(to);
                offset.write(to);
            }
            Self::Native(Native { series, life, schema, zero_threshold, created, labels }) => {
                7u8.write(to);
                series.write(to);
                life.write(to);
                schema.write(to);
                zero_threshold.write(to);
                created.write(to);
                labels.write(to);
            }
            Self::Bucket { series, life, cell, label } => {
                8u8.write(to);
                series.write(to);
                life.write(to);
                cell.write(to);
                label.write(to);
            }
            Self::Blob { series, slot, offset, capacity } => {
                9u8.write(to);
                series.write(to);
                slot.write(to);
                offset.write(to);
                capacity.write(to);
            }
            Self::Includes { random } => {
                10u8.write(to);
                random.write(to);
            }
        }
    }

    /// What stands behind the fields that are known is of a later version, and passed over.
    fn read(from: &mut Reader<'a>) -> Option<Self> {
        Some(match from.item::<u8>()? {
            1 => Self::Family(Family {
                family: from.item()?,
                kind: kind_of(from.item()?)?,
                mode: Mode::of(from.item()?)?,
                number: Number::of(from.item()?)?,
                name: from.item()?,
                help: from.item()?,
                unit: from.item()?,
                bounds: from.item()?,
                states: from.item()?,
            }),
            2 => Self::Series(Series {
                series: from.item()?,
                family: from.item()?,
                labels: from.item()?,
                created: from.item()?,
                place: match from.item::<u8>()? {
                    0 => Place::Cells { first: from.item()?, len: from.item()? },
                    1 => Place::Word { offset: from.item()? },
                    2 => Place::Nowhere,
                    3 => Place::Words(from.item()?),
                    _ => return None,
                },
            }),
            3 => Self::More { series: from.item()?, life: from.item()?, first: from.item()?, len: from.item()? },
            4 => Self::Gone { series: from.item()? },
            5 => Self::Restart { series: from.item()?, created: from.item()?, sums: from.item()? },
            6 => Self::Chunk { arena: from.item()?, index: from.item()?, offset: from.item()? },
            7 => Self::Native(Native {
                series: from.item()?,
                life: from.item()?,
                schema: from.item()?,
                zero_threshold: from.item()?,
                created: from.item()?,
                labels: from.item()?,
            }),
            8 => Self::Bucket { series: from.item()?, life: from.item()?, cell: from.item()?, label: from.item()? },
            9 => Self::Blob { series: from.item()?, slot: from.item()?, offset: from.item()?, capacity: from.item()? },
            10 => Self::Includes { random: from.item()? },
            _ => return None,
        })
    }
}
