//! Compresses a page, part by part.
//!
//! Levels are those at which more time saves little: `cargo bench -p metrics-bench --bench compress` prints time and
//! size of each.

use super::content_coding::Coding;
use std::io;
#[cfg(any(feature = "gzip", feature = "zstd"))]
use std::{io::Write, mem};

/// Below, a page is one packet either way, and compressing would cost more time than encoding it.
pub(super) const SMALL: usize = 1_400;

#[cfg(feature = "gzip")]
const GZIP_LEVEL: u32 = 2;
#[cfg(feature = "zstd")]
const ZSTD_LEVEL: i32 = 1;

/// The encoder of a coding, with what it has not handed out yet.
pub(super) enum Compressor {
    #[cfg(feature = "gzip")]
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    #[cfg(feature = "zstd")]
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

/// Whether a part is the last one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    No,
    Yes,
}

impl Compressor {
    /// `None`: nothing is to be compressed.
    pub(super) fn new(coding: Coding) -> io::Result<Option<Self>> {
        Ok(match coding {
            Coding::Identity => None,
            #[cfg(feature = "gzip")]
            Coding::Gzip => {
                let level = flate2::Compression::new(GZIP_LEVEL);
                Some(Self::Gzip(flate2::write::GzEncoder::new(Vec::new(), level)))
            }
            #[cfg(feature = "zstd")]
            Coding::Zstd => Some(Self::Zstd(zstd::stream::write::Encoder::new(Vec::new(), ZSTD_LEVEL)?)),
        })
    }

    /// All of a part, so that its reader need not wait for the next one.
    #[cfg_attr(not(any(feature = "gzip", feature = "zstd")), allow(unused_variables, reason = "there is no encoder"))]
    pub(super) fn compress(&mut self, part: &[u8], end: End) -> io::Result<Vec<u8>> {
        match *self {
            #[cfg(feature = "gzip")]
            Self::Gzip(ref mut encoder) => {
                encoder.write_all(part)?;
                match end {
                    End::No => encoder.flush()?,
                    End::Yes => encoder.try_finish()?,
                }
                Ok(mem::take(encoder.get_mut()))
            }
            #[cfg(feature = "zstd")]
            Self::Zstd(ref mut encoder) => {
                encoder.write_all(part)?;
                match end {
                    End::No => encoder.flush()?,
                    End::Yes => encoder.do_finish()?,
                }
                Ok(mem::take(encoder.get_mut()))
            }
        }
    }
}
