//! The buffer that the formats write into, and the fast way to fill it.

use std::mem;

/// Bytes of a page that were not taken yet.
///
/// Behind them lies room that was initialised before, so that a whole line is checked for room once and
/// then filled through plain slices, while a `Vec` checks and stores its length for each piece of the line.
#[derive(Debug, Default)]
pub(crate) struct Page {
    room: Vec<u8>,
    len: usize,
    /// How much was taken last: the next part will be about as long.
    taken: usize,
}

impl Page {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.room[..self.len]
    }

    /// Forgets what is behind the first `len` bytes.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The bytes so far, and nothing is left of them here.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let mut bytes = mem::take(&mut self.room);
        self.taken = mem::take(&mut self.len);
        bytes.truncate(self.taken);
        bytes
    }

    /// Memory for what comes next, if nothing is here.
    pub(crate) fn reuse(&mut self, mut memory: Vec<u8>) {
        if self.len == 0 && memory.capacity() > self.room.len() {
            memory.resize(memory.capacity(), 0);
            self.room = memory;
        }
    }

    /// What was written, to be changed.
    #[cfg(feature = "protobuf")]
    pub(crate) fn as_mut_bytes(&mut self) -> &mut [u8] {
        &mut self.room[..self.len]
    }

    /// Moves what stands from `from` on to `to`. If that is further on, what lies between them means nothing.
    #[cfg(feature = "protobuf")]
    pub(crate) fn shift(&mut self, from: usize, to: usize) {
        self.room(to.saturating_sub(from));
        self.room.copy_within(from..self.len, to);
        self.len = self.len - from + to;
    }

    /// The bytes up to `end`, and only what is behind is left here.
    #[cfg(feature = "protobuf")]
    pub(crate) fn take_until(&mut self, end: usize) -> Vec<u8> {
        if end == 0 {
            return Vec::new();
        }
        let behind = self.room[end..self.len].to_vec();
        self.len = end;
        let bytes = self.take();
        self.push(&behind);
        bytes
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let mut room = self.room(bytes.len());
        room.put_short(bytes);
        room.commit();
    }

    /// Room for `max` bytes at least; what is put into it counts once it is [committed](Room::commit).
    #[inline(always)]
    pub(crate) fn room(&mut self, max: usize) -> Room<'_> {
        if self.room.len() - self.len < max {
            self.grow(max);
        }
        let rest = &mut self.room[self.len..];
        Room { before: rest.len(), rest, len: &mut self.len }
    }

    #[cold]
    fn grow(&mut self, max: usize) {
        const FIRST: std::ops::RangeInclusive<usize> = 1 << 14..=1 << 18;
        let first = (self.taken + self.taken / 4).clamp(*FIRST.start(), *FIRST.end());
        let wanted = (self.len + max).max(self.room.len() * 2).max(first);
        self.room.resize(wanted, 0);
    }
}

/// Where the next bytes of a line go. Panics if more is put into it than was asked for.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    rest: &'a mut [u8],
    /// The length of `rest` at first.
    before: usize,
    /// Of the page.
    len: &'a mut usize,
}

impl Room<'_> {
    #[inline(always)]
    fn next(&mut self, len: usize) -> &mut [u8] {
        let (next, rest) = mem::take(&mut self.rest).split_at_mut(len);
        self.rest = rest;
        next
    }

    /// What is left, to be written to; what of it counts is to be [skipped](Self::skip).
    #[cfg(feature = "protobuf")]
    pub(crate) fn rest(&mut self) -> &mut [u8] {
        self.rest
    }

    /// How many bytes were put.
    #[cfg(feature = "protobuf")]
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.before - self.rest.len()
    }

    /// The next `N` bytes, to be written to in any order; what of them counts is to be [skipped](Self::skip).
    #[inline(always)]
    pub(crate) fn first<const N: usize>(&mut self) -> Option<&mut [u8; N]> {
        self.rest.first_chunk_mut()
    }

    /// Counts the next `len` bytes as put.
    #[inline(always)]
    pub(crate) fn skip(&mut self, len: usize) {
        self.next(len);
    }

    /// Adds what was put to the page.
    #[inline(always)]
    pub(crate) fn commit(self) {
        *self.len += self.before - self.rest.len();
    }

    /// Bytes of any number.
    #[inline(always)]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        self.next(bytes.len()).copy_from_slice(bytes);
    }

    /// The first `len` of these bytes. All are copied, so that there must be room for all: copying a length that
    /// the compiler knows takes a few instructions, and one that it does not know a function call.
    #[inline(always)]
    pub(crate) fn put_padded<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        self.rest[..N].copy_from_slice(bytes);
        self.next(len);
    }

    /// Bytes that are few as a rule: 16 to 128 are copied as two halves that overlap.
    #[inline(always)]
    pub(crate) fn put_short(&mut self, bytes: &[u8]) {
        let next = self.next(bytes.len());
        match bytes.len() {
            16..32 => copy_ends::<16>(next, bytes),
            32..64 => copy_ends::<32>(next, bytes),
            64..=128 => copy_ends::<64>(next, bytes),
            _ => next.copy_from_slice(bytes),
        }
    }
}

/// Copies `N` to 2 × `N` bytes as two parts, which overlap.
#[inline(always)]
pub(crate) fn copy_ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk()) {
        *to = *from;
    }
    if let (Some(to), Some(from)) = (to.last_chunk_mut::<N>(), from.last_chunk()) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length() {
        let bytes: Vec<u8> = (0..=200).collect();
        let mut padded = [b'x'; 64];
        padded[..26].copy_from_slice(b"abcdefghijklmnopqrstuvwxyz");
        let mut page = Page::default();
        let mut expected = Vec::new();
        for len in 0..=200 {
            let mut room = page.room(len + 64 + len);
            room.put_short(&bytes[..len]);
            room.put_padded(&padded, len.min(26));
            room.put(&bytes[..len]);
            room.commit();
            expected.extend_from_slice(&bytes[..len]);
            expected.extend_from_slice(&padded[..len.min(26)]);
            expected.extend_from_slice(&bytes[..len]);
            assert_eq!(page.len(), expected.len());
        }
        page.push(b"end");
        page.push(b"of");
        page.truncate(expected.len() + 3);
        expected.extend_from_slice(b"end");
        assert_eq!(page.take(), expected);
        assert_eq!(page.len(), 0);
        page.push(b"again");
        page.reuse(b"too late, and too much to be ignored because it is short".to_vec());
        assert_eq!(page.take(), b"again");
        page.reuse(b"once more".to_vec());
        page.push(b"and");
        assert_eq!(page.take(), b"and");
    }
}
