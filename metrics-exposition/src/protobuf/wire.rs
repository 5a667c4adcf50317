//! How a message is written: fields, each of which is a tag and a value ([encoding][spec]).
//!
//! Everything is as the official libraries write it: fields in the order of their numbers, lengths and numbers in as few
//! bytes as they take, repeated numbers one by one, as a message of proto2 has them.
//!
//! [spec]: https://protobuf.dev/programming-guides/encoding/

use crate::page::{Page, Room};
use metrics_core::model::Timestamp;

/// Wire types.
const VARINT: u32 = 0;
const I64: u32 = 1;
const LEN: u32 = 2;

/// No number takes more bytes, nor does a tag and a double.
const ROOM: usize = 10;

pub(crate) fn put_u64(page: &mut Page, field: u32, value: u64) {
    let mut room = page.room(2 * ROOM);
    put_varint(&mut room, tag(field, VARINT));
    put_varint(&mut room, value);
    room.commit();
}

/// An `int32`, `int64` or `uint32`: a negative one takes ten bytes.
pub(crate) fn put_i64(page: &mut Page, field: u32, value: i64) {
    put_u64(page, field, value.cast_unsigned());
}

/// An `sint32` or `sint64`: numbers near zero are short on both sides of it.
pub(crate) fn put_zigzag(page: &mut Page, field: u32, value: i64) {
    put_u64(page, field, zigzag(value));
}

#[inline(always)]
pub(crate) fn put_f64(page: &mut Page, field: u32, value: f64) {
    let mut room = page.room(2 * ROOM);
    put_varint(&mut room, tag(field, I64));
    room.put(&value.to_le_bytes());
    room.commit();
}

/// A `string` or `bytes`.
pub(crate) fn put_bytes(page: &mut Page, field: u32, bytes: &[u8]) {
    let mut room = page.room(2 * ROOM + bytes.len());
    put_varint(&mut room, tag(field, LEN));
    put_varint(&mut room, bytes.len() as u64);
    room.put(bytes);
    room.commit();
}

/// A `fixed64` or `sfixed64`.
#[cfg(feature = "otlp")]
pub(crate) fn put_fixed64(page: &mut Page, field: u32, value: u64) {
    let mut room = page.room(2 * ROOM);
    put_varint(&mut room, tag(field, I64));
    room.put(&value.to_le_bytes());
    room.commit();
}

/// Repeated numbers of proto3, of any type with varints: one field with all of them, none if there is no number.
#[cfg(any(feature = "remote_write", feature = "otlp"))]
pub(crate) fn put_packed(page: &mut Page, field: u32, values: impl IntoIterator<Item = u64>) {
    let mut values = values.into_iter().peekable();
    if values.peek().is_none() {
        return;
    }
    put_message(page, field, |page| {
        for value in values {
            let mut room = page.room(ROOM);
            put_varint(&mut room, value);
            room.commit();
        }
    });
}

/// The same for those of eight bytes: `double` (by its bits), `fixed64`.
#[cfg(feature = "otlp")]
pub(crate) fn put_packed_fixed64(page: &mut Page, field: u32, values: impl ExactSizeIterator<Item = u64>) {
    if values.len() == 0 {
        return;
    }
    put_message(page, field, |page| values.for_each(|value| page.push(&value.to_le_bytes())));
}

/// What [`put_zigzag`] makes of a number.
pub(crate) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// A [`google.protobuf.Timestamp`][spec], of which a part that is 0 is left out: it is one of proto3.
///
/// [spec]: https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp
pub(crate) fn put_timestamp(page: &mut Page, field: u32, timestamp: Timestamp) {
    // Each counter has one; to divide 128 bits takes longer than all the rest of it.
    let (secs, nanos) = match u64::try_from(timestamp.as_nanos()) {
        Ok(nanos) => (nanos / 1_000_000_000, nanos % 1_000_000_000),
        Err(_) => (timestamp.secs().cast_unsigned(), timestamp.subsec_nanos().into()),
    };
    put_message(page, field, |page| {
        if secs != 0 {
            put_u64(page, 1, secs);
        }
        if nanos != 0 {
            put_u64(page, 2, nanos);
        }
    });
}

/// A message in a message.
#[inline(always)]
pub(crate) fn put_message(page: &mut Page, field: u32, write: impl FnOnce(&mut Page)) {
    let message = Message::begin_field(page, field);
    write(page);
    message.end(page);
}

/// A message under way. Its length stands before it and is not known yet, so that some bytes are kept for it; what
/// was written is moved if it takes more of them, or less.
#[derive(Debug)]
pub(crate) struct Message {
    /// Where its length stands.
    at: usize,
    /// Bytes that are kept for it.
    kept: usize,
}

impl Message {
    /// With so many bytes for its length.
    #[inline(always)]
    pub(crate) fn begin(page: &mut Page, kept: usize) -> Self {
        let at = page.len();
        page.push(&[0; ROOM][..kept]);
        Self { at, kept }
    }

    /// One that is a field of another. Most of them are short.
    #[inline(always)]
    pub(crate) fn begin_field(page: &mut Page, field: u32) -> Self {
        let mut room = page.room(2 * ROOM);
        put_varint(&mut room, tag(field, LEN));
        room.put(&[0]);
        room.commit();
        Self { at: page.len() - 1, kept: 1 }
    }

    /// Where it begins, with its length.
    pub(crate) fn start(&self) -> usize {
        self.at
    }

    /// It was moved with what stands before it, and begins there now.
    pub(crate) fn move_to(&mut self, start: usize) {
        self.at = start;
    }

    /// How long it is by now.
    pub(crate) fn len(&self, page: &Page) -> usize {
        page.len() - self.at - self.kept
    }

    #[inline(always)]
    pub(crate) fn end(self, page: &mut Page) {
        let len = self.len(page) as u64;
        if self.kept == 1 && len < 0x80 {
            page.as_mut_bytes()[self.at] = low_byte(len);
            return;
        }
        self.end_long(page, len);
    }

    #[inline(never)]
    fn end_long(self, page: &mut Page, len: u64) {
        let (bytes, needed) = varint(len);
        let begin = self.at + self.kept;
        page.shift(begin, self.at + needed);
        page.as_mut_bytes()[self.at..][..needed].copy_from_slice(&bytes[..needed]);
    }
}

const fn tag(field: u32, wire_type: u32) -> u64 {
    (field << 3 | wire_type) as u64
}

#[inline(always)]
pub(crate) fn put_varint(room: &mut Room<'_>, value: u64) {
    if value < 1 << 56 {
        let (bytes, len) = short_varint(value);
        room.put_padded(&bytes, len);
    } else {
        let (bytes, len) = varint(value);
        room.put_padded(&bytes, len);
    }
}

/// A [`varint`] of 56 bits, padded. Splits into halves three times, all parts at once.
#[inline(always)]
pub(crate) const fn short_varint(value: u64) -> ([u8; 8], usize) {
    // Adding a part to itself so many times moves it up.
    let fours = value + 15 * (value & !0x0fff_ffff);
    let twos = fours + 3 * (fours & 0x0fff_c000_0fff_c000);
    let ones = twos + (twos & 0x3f80_3f80_3f80_3f80);
    let before = ((ones | 1).ilog2() & !7) as u64;
    let go_on = 0x8080_8080_8080_8080 & ((1 << before) - 1);
    ((ones | go_on).to_le_bytes(), (before / 8) as usize + 1)
}

/// Seven bits a byte, the lowest first, and the highest bit of all but the last one set.
pub(crate) fn varint(mut value: u64) -> ([u8; ROOM], usize) {
    let (mut bytes, mut len) = ([0; ROOM], 0);
    while value >= 0x80 {
        bytes[len] = low_byte(value) | 0x80;
        value >>= 7;
        len += 1;
    }
    bytes[len] = low_byte(value);
    (bytes, len + 1)
}

/// Also of what is longer.
#[allow(clippy::cast_possible_truncation, reason = "says so")]
pub(crate) const fn low_byte(value: u64) -> u8 {
    value as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Page)) -> Vec<u8> {
        let mut page = Page::default();
        write(&mut page);
        page.take()
    }

    /// By the specification's own examples, and at the limits.
    #[test]
    fn numbers() {
        for (value, bytes) in [
            (0, &[0x08, 0][..]),
            (1, &[0x08, 1]),
            (127, &[0x08, 0x7f]),
            (128, &[0x08, 0x80, 1]),
            (150, &[0x08, 0x96, 1]),
            (16_383, &[0x08, 0xff, 0x7f]),
            (16_384, &[0x08, 0x80, 0x80, 1]),
            (u64::MAX, &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
        ] {
            assert_eq!(written(|page| put_u64(page, 1, value)), bytes, "{value}");
        }
        let ten = [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(written(|page| put_i64(page, 1, -2)), ten);
        for (value, encoded) in [(0, 0), (-1, 1), (1, 2), (-2, 3), (i64::MAX, u64::MAX - 1), (i64::MIN, u64::MAX)] {
            assert_eq!(written(|page| put_zigzag(page, 1, value)), written(|page| put_u64(page, 1, encoded)));
        }
        assert_eq!(written(|page| put_f64(page, 2, 1.0)), [0x11, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
        assert_eq!(written(|page| put_u64(page, 16, 1)), [0x80, 1, 1], "a tag of two bytes");
    }

    #[test]
    #[cfg(feature = "otlp")]
    fn packed_numbers() {
        // The specification's own example.
        let packed = written(|page| put_packed(page, 6, [3, 270, 86_942]));
        assert_eq!(packed, [0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]);
        assert_eq!(written(|page| put_packed(page, 6, [])), b"");
        let doubles = written(|page| put_packed_fixed64(page, 7, [1.0f64, 0.0].into_iter().map(f64::to_bits)));
        assert_eq!(doubles, [0x3a, 16, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(written(|page| put_packed_fixed64(page, 7, [].into_iter())), b"");
        assert_eq!(written(|page| put_fixed64(page, 2, 1)), [0x11, 1, 0, 0, 0, 0, 0, 0, 0]);
        // More of them than have room in one length byte.
        let many = written(|page| put_packed(page, 1, (0..200).map(|_| 1)));
        assert_eq!((many.len(), &many[..3]), (203, &[0x0a, 0xc8, 1][..]));
    }

    #[test]
    fn timestamps() {
        let of = |secs, nanos| written(|page| put_timestamp(page, 3, Timestamp::new(secs, nanos).unwrap()));
        assert_eq!(of(0, 0), [0x1a, 0]);
        assert_eq!(of(1, 0), [0x1a, 2, 0x08, 1]);
        assert_eq!(of(0, 1), [0x1a, 2, 0x10, 1]);
        assert_eq!(of(300, 300), [0x1a, 6, 0x08, 0xac, 2, 0x10, 0xac, 2]);
        // Seconds count down, nanoseconds up, as they do there.
        assert_eq!(of(-1, 1)[..3], [0x1a, 13, 0x08]);
        assert_eq!(of(-1, 1)[3..], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x10, 1]);
    }

    /// A length that takes as many bytes as were kept for it, more, and less.
    #[test]
    fn lengths_of_messages() {
        for len in [0, 1, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152] {
            let inner = vec![b'x'; len];
            let mut expected = b"before\x0a".to_vec();
            let (bytes, needed) = varint(len as u64);
            expected.extend_from_slice(&bytes[..needed]);
            expected.extend_from_slice(&inner);
            expected.extend_from_slice(b"behind");
            let page = written(|page| {
                page.push(b"before");
                put_message(page, 1, |page| page.push(&inner));
                page.push(b"behind");
            });
            assert!(page == expected, "{len}");
            for kept in 1..5 {
                let page = written(|page| {
                    page.push(b"before\x0a");
                    let message = Message::begin(page, kept);
                    page.push(&inner);
                    assert_eq!(message.len(page), len);
                    message.end(page);
                    page.push(b"behind");
                });
                assert!(page == expected, "{len} {kept}");
            }
        }
    }
}
