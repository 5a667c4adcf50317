//! Protobuf: messages [`io.prometheus.client.MetricFamily`][proto], each behind its length.
//!
//! - Messages that follow one another with one name and type are one family, because a large family is written in
//!   several ([`protobuf`](crate::protobuf)). All of them count for [`Options::max_family`].
//! - Fields may come in any order, repeated numbers one by one or packed; fields that are not known are skipped.
//! - A bucket of +Inf that is missing is made of `sample_count`. Counts that are doubles are taken if they are whole.
//! - A histogram is native if Prometheus takes it for one: if it has spans, a zero bucket, or a width of one. Observations
//!   in no bucket of it were NaN.
//! - A counter loses the `_total` of its name, which its sample has, and `UNTYPED` is of unknown type. Infos and state
//!   sets come as gauges: there is no other type for them.
//! - A unit that is not the last word of the name is left out; it would change the name.
//!
//! What cannot be a metric family is refused, and the error knows the byte and the field.
//!
//! [proto]: https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto

mod family;
mod histogram;
mod point;
pub(crate) mod wire;

use super::Options;
use super::error::{ParseError, ParseFault};
use super::families::{Families, Format};
use super::family::Current;
use std::io::BufRead;
use wire::{Fault, Prefix};

/// The families of a page in memory.
///
/// ```
/// use metrics_exposition::parse;
///
/// let page = b"\x17\x0a\x04jobs\x18\x01\x22\x0d\x12\x09\x09\0\0\0\0\0\0\x08\x40\x30\x05";
/// let families: Vec<_> = parse::protobuf::parse(page).collect::<Result<_, _>>()?;
/// assert_eq!(families[0].samples()[0].to_string(), "jobs 3.0 0.005");
///
/// let cut_off = parse::protobuf::parse(&page[..20]).last().unwrap().unwrap_err();
/// assert_eq!(cut_off.offset(), Some(20));
/// # Ok::<(), parse::ParseError>(())
/// ```
pub fn parse(page: &[u8]) -> Families<&[u8]> {
    read(page, Options::UNLIMITED)
}

/// The families of a page that comes from a reader. Keeps a message and one family at a time, of limited size.
pub fn read<R: BufRead>(reader: R, options: Options) -> Families<R> {
    Families::new(reader, options, Format::Protobuf(Reader::default()))
}

/// Cuts a page into messages.
#[derive(Default)]
pub(super) struct Reader {
    /// How many bytes of the page come before what is kept here.
    offset: u64,
    prefix: Prefix,
    /// Of the message that is being read.
    length: Option<usize>,
    /// How it begins, if not all of it came at once. Grows with what comes: its length may be a lie.
    partial: Vec<u8>,
}

impl Reader {
    /// Takes a message, or a piece of one; how many bytes that were.
    pub(super) fn read(&mut self, chunk: &[u8], max: usize, current: &mut Current) -> (usize, Result<(), ParseError>) {
        let mut used = 0;
        let length = loop {
            if let Some(length) = self.length {
                break length;
            }
            let Some(byte) = chunk.get(used) else { return (used, Ok(())) };
            used += 1;
            match self.prefix.push(*byte) {
                Ok(None) => {}
                Ok(Some(length)) => {
                    let fits = usize::try_from(length).ok().filter(|length| *length <= max);
                    if fits.is_none() {
                        return (used, Err(self.error(ParseFault::FamilyTooLarge { limit: max })));
                    }
                    self.length = fits;
                }
                Err(fault) => return (used, Err(self.error(fault))),
            }
        };
        let rest = &chunk[used..];
        let missing = length - self.partial.len();
        if rest.len() < missing {
            self.partial.extend_from_slice(rest);
            return (chunk.len(), Ok(()));
        }
        used += missing;
        let message = if self.partial.is_empty() {
            &rest[..missing]
        } else {
            self.partial.extend_from_slice(&rest[..missing]);
            &self.partial
        };
        let start = self.offset + self.prefix.len();
        let result = family::read(message, max, current).map_err(|fault| fault.on_page(start));
        self.offset = start + message.len() as u64;
        self.partial.clear();
        (self.length, self.prefix) = (None, Prefix::default());
        (used, result)
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, current: &mut Current) -> Result<(), ParseError> {
        current.done.extend(current.family.take());
        if self.prefix.len() == 0 {
            return Ok(());
        }
        let end = self.offset + self.prefix.len() + self.partial.len() as u64;
        Err(Fault::new(0, ParseFault::Wire("the page ends within a message: it was cut off")).on_page(end))
    }

    /// A fault of the message as a whole.
    pub(super) fn error(&self, fault: ParseFault) -> ParseError {
        Fault::new(0, fault).on_page(self.offset)
    }
}
