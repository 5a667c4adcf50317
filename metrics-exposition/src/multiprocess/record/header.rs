//! The start of a file and of a block of its log, and the words that stand for types.

use super::field::{Item, Reader, Writer};
use metrics_core::model::Kind;
use std::fmt;

/// Bytes of the header.
pub(crate) const HEADER: usize = 64;
/// Bytes of a block of a log before its first record.
pub(crate) const BLOCK_HEADER: usize = 16;
/// Where the header says where the log begins.
pub(crate) const BLOCK: usize = 40;

const MAGIC: [u8; 8] = *b"METRICS\x01";
const VERSION: u32 = 1;
const ARCHIVE: u32 = 1;

/// What a file says of itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Header {
    /// It belongs to no process, but holds what dead ones left.
    pub(crate) is_archive: bool,
    pub(crate) pid: u64,
    /// When the process started to count, in nanoseconds since 1970.
    pub(crate) started: u64,
    /// That of the file's name.
    pub(crate) random: u64,
    /// Where the log begins: changes when it is written anew.
    pub(crate) block: u64,
}

/// What is no header of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum HeaderError {
    /// Something else.
    Foreign,
    /// Of another version of this format.
    Version(u32),
    /// The checksum is wrong.
    Corrupt,
}

impl Header {
    /// The bytes; `block` at [`BLOCK`], which alone may change.
    pub(crate) fn encode(&self) -> [u8; HEADER] {
        let mut out = [0; HEADER];
        let mut to = Writer::new(&mut out);
        to.bytes(&MAGIC);
        VERSION.write(&mut to);
        (if self.is_archive { ARCHIVE } else { 0 }).write(&mut to);
        self.pid.write(&mut to);
        self.started.write(&mut to);
        self.random.write(&mut to);
        self.block.write(&mut to);
        let sum = crc32fast::hash(&out[..BLOCK]);
        out[BLOCK + 8..BLOCK + 12].copy_from_slice(&sum.to_le_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8; HEADER]) -> Result<Self, HeaderError> {
        if bytes[..8] != MAGIC {
            return Err(HeaderError::Foreign);
        }
        let mut from = Reader(&bytes[8..]);
        let version: u32 = from.item().expect("a header is long enough");
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        if bytes[BLOCK + 8..BLOCK + 12] != crc32fast::hash(&bytes[..BLOCK]).to_le_bytes() {
            return Err(HeaderError::Corrupt);
        }
        let flags: u32 = from.item().expect("a header is long enough");
        let mut word = || from.item::<u64>().expect("a header is long enough");
        let (pid, started, random, block) = (word(), word(), word(), word());
        Ok(Self { is_archive: flags & ARCHIVE != 0, pid, started, random, block })
    }
}

const KINDS: [Kind; 8] = [
    Kind::Counter,
    Kind::Gauge,
    Kind::Histogram,
    Kind::GaugeHistogram,
    Kind::Summary,
    Kind::Info,
    Kind::StateSet,
    Kind::Unknown,
];

#[allow(clippy::cast_possible_truncation, reason = "below eight")]
pub(super) fn kind_byte(kind: Kind) -> u8 {
    KINDS.iter().position(|other| *other == kind).unwrap_or(KINDS.len() - 1) as u8
}

pub(super) fn kind_of(byte: u8) -> Option<Kind> {
    KINDS.get(usize::from(byte)).copied()
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub(crate) enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            #[allow(dead_code, reason = "for tests, of both")]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),*];

            #[allow(clippy::cast_possible_truncation, reason = "few")]
            pub(crate) const fn byte(self) -> u8 {
                self as u8
            }

            pub(crate) fn of(byte: u8) -> Option<Self> {
                Self::ALL.get(usize::from(byte)).copied()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word,)* })
            }
        }
    };
}

words! {
    /// What becomes of the gauges, or state sets, of several processes. By Python's words.
    Mode {
        /// No gauge, or not said.
        Unset = "",
        /// Each process has a series of its own, with a label `pid`.
        All = "all",
        /// The same, of living processes.
        LiveAll = "liveall",
        /// The least value.
        Min = "min",
        /// That of living processes.
        LiveMin = "livemin",
        /// The greatest value.
        Max = "max",
        /// That of living processes.
        LiveMax = "livemax",
        /// The sum.
        Sum = "sum",
        /// That of living processes.
        LiveSum = "livesum",
        /// The value that was set last.
        MostRecent = "mostrecent",
        /// That of living processes.
        LiveMostRecent = "livemostrecent",
    }
}

words! {
    /// What a cell or word is.
    Number {
        /// A whole number.
        U64 = "u64",
        /// A double.
        F64 = "f64",
        /// A whole number that may be below zero.
        I64 = "i64",
    }
}
