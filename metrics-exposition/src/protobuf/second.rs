//! Times of creation: of series that lie side by side, most are in one second.

use super::wire::short_varint;
use metrics_core::model::Timestamp;

const NANOS: u64 = 1_000_000_000;
/// Tags of the fields of a `google.protobuf.Timestamp`.
const SECONDS_TAG: u8 = 0x08;
const NANOS_TAG: u8 = 0x10;

/// A second of which times are written.
#[derive(Debug)]
pub(super) struct Second {
    /// Nanoseconds since 1970.
    start: u64,
    /// The field with it, and the tag of the field with the nanoseconds, padded.
    bytes: [u8; 8],
    len: usize,
}

impl Second {
    /// The nanoseconds of `timestamp` in its second, which this is from now on. `None` for a time that has not both fields.
    #[inline(always)]
    pub(super) fn go_to(&mut self, timestamp: Timestamp) -> Option<u64> {
        let time = u64::try_from(timestamp.as_nanos()).ok()?;
        let nanos = time.wrapping_sub(self.start);
        if (1..NANOS).contains(&nanos) { Some(nanos) } else { self.change(time) }
    }

    #[cold]
    #[inline(never)]
    fn change(&mut self, time: u64) -> Option<u64> {
        let (secs, nanos) = (time / NANOS, time % NANOS);
        if secs == 0 || nanos == 0 {
            return None;
        }
        // Of 64 bits of nanoseconds, five bytes.
        let (bytes, len) = short_varint(secs);
        self.bytes[0] = SECONDS_TAG;
        self.bytes[1..][..5].copy_from_slice(&bytes[..5]);
        self.bytes[1 + len] = NANOS_TAG;
        self.len = len + 2;
        self.start = time - nanos;
        Some(nanos)
    }

    /// Its bytes, which are 7 at most, and padding.
    #[inline(always)]
    pub(super) fn bytes(&self) -> ([u8; 8], usize) {
        (self.bytes, self.len & 7)
    }
}

impl Default for Second {
    /// One in which there is no time.
    fn default() -> Self {
        Self { start: u64::MAX, bytes: [0; 8], len: 0 }
    }
}
