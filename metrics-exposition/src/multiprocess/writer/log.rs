//! Appending to the log, so that who is killed at any instruction has appended or has not.

use super::file::Full;
use super::segments::{Mapped, Place, Segments};
use crate::multiprocess::record::{BLOCK, BLOCK_HEADER, FRAME, Found, MOST, Record, padded};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};

/// Bytes of the first block, and of the largest, but for a record that does not fit.
const FIRST: u64 = 4 << 10;
const LARGEST: u64 = 64 << 10;

/// Where the log goes on.
#[derive(Debug)]
pub(super) struct Log {
    /// The newest block.
    block: Place,
    /// In it, where the next record goes.
    at: u64,
    /// The first block.
    pub(super) first: u64,
    /// Bytes of all records.
    pub(super) len: u64,
    /// The first block of the log before, which somebody may still be reading, and of blocks that nobody reads.
    former: u64,
    free: u64,
    /// Bytes behind `at` that are kept for records of series that end. There must be room for them at any time: who goes
    /// on reading of a series whose cells are another's would count wrong.
    reserve: u64,
}

/// Bytes of a record that says that a series has ended.
const GONE: u64 = padded(FRAME + 1 + 4) as u64;

/// What records change of the number of series that there are.
#[derive(Clone, Copy, Default)]
pub(super) struct Change {
    pub(super) begin: u64,
    pub(super) end: u64,
}

/// A number that another process reads.
///
/// # Safety
/// There is one at the address, aligned, for ever; other threads and processes change it by such a number alone.
pub(super) unsafe fn word<'a>(address: NonNull<u8>, at: u64) -> &'a AtomicU64 {
    // SAFETY: the caller says so.
    #[allow(clippy::cast_possible_truncation, reason = "within a mapping")]
    unsafe {
        address.add(at as usize).cast().as_ref()
    }
}

impl Log {
    /// An empty one.
    pub(super) fn new(segments: &mut Segments) -> Result<Self, Full> {
        let block = new_block(segments, &mut 0, FIRST)?;
        Ok(Self { block, at: BLOCK_HEADER as u64, first: block.offset, len: 0, former: 0, free: 0, reserve: 0 })
    }

    /// Appends these, all or none. That series end cannot fail.
    pub(super) fn append(
        &mut self,
        segments: &mut Segments,
        records: &[Record<'_>],
        change: Change,
    ) -> Result<(), Full> {
        // A record that no reader takes must not be in the way of those behind it.
        if records.iter().any(|record| record.encoded_len() > MOST) {
            return Err(Full::TooLarge);
        }
        let len: usize = records.iter().map(|record| padded(record.encoded_len())).sum();
        let reserve = self.reserve + GONE * change.begin - GONE * change.end;
        let place = self.room(segments, len as u64, reserve)?;
        let mut rest = bytes(place, len);
        let mut first = 0;
        for (n, record) in records.iter().enumerate() {
            let Some(len) = record.encode(rest) else { return Err(Full::TooLarge) };
            let (this, behind) = rest.split_at_mut(padded(len as usize));
            if n == 0 {
                first = len;
            } else {
                this[..4].copy_from_slice(&len.to_le_bytes());
            }
            rest = behind;
        }
        // SAFETY: where a record begins there is its length, aligned for eight bytes.
        let length = unsafe { place.cast::<AtomicU32>().as_ref() };
        // Release: who sees the length of the first sees all of them.
        length.store(first.to_le(), Release);
        self.at += len as u64;
        self.len += len as u64;
        self.reserve = reserve;
        Ok(())
    }

    /// Where the next record goes, of this length, with so much behind it.
    fn room(&mut self, segments: &mut Segments, len: u64, reserve: u64) -> Result<NonNull<u8>, Full> {
        if self.at + len + reserve > self.block.len {
            let size = (2 * self.block.len).min(LARGEST).max(len + 2 * reserve + BLOCK_HEADER as u64);
            let block = new_block(segments, &mut self.free, size)?;
            // SAFETY: the header of a block begins with where the next one is.
            let next = unsafe { word(self.block.address, 0) };
            // Release: after the block's own header.
            next.store(block.offset.to_le(), Release);
            (self.block, self.at) = (block, BLOCK_HEADER as u64);
        }
        // SAFETY: there is room.
        #[allow(clippy::cast_possible_truncation, reason = "within a mapping")]
        Ok(unsafe { self.block.address.add(self.at as usize) })
    }

    /// Calls `f` with each record there is, in order, and its bytes.
    pub(super) fn for_each<'a>(&self, mapped: &impl Mapped, mut f: impl FnMut(Record<'a>, &'a [u8])) {
        for block in blocks(mapped, self.first) {
            #[allow(clippy::cast_possible_truncation, reason = "within a mapping")]
            let mut rest: &'a [u8] = &bytes(block.address, block.len as usize)[BLOCK_HEADER..];
            while let Found::Record(record, len) = Record::decode(rest) {
                let (this, behind) = rest.split_at(len);
                f(record, this);
                rest = behind;
            }
        }
    }

    /// Puts another log in the place of this one: these records, and those that this one got behind its first `from` bytes.
    /// Nothing is allocated.
    pub(super) fn replace(&mut self, segments: &mut Segments, records: &[u8], from: u64) -> Result<(), Full> {
        let newer = self.len - from;
        let len = records.len() as u64 + newer;
        // Room for as much again, so that it is not at its end at once.
        let size = len + len / 2 + self.reserve + FIRST;
        let block = new_block(segments, &mut self.free, size.next_power_of_two())?;
        #[allow(clippy::cast_possible_truncation, reason = "within a mapping")]
        let all = &mut bytes(block.address, block.len as usize)[BLOCK_HEADER..];
        all[..records.len()].copy_from_slice(records);
        let (mut seen, mut at) = (0, records.len());
        self.for_each(segments, |_, bytes| {
            if seen >= from {
                all[at..at + bytes.len()].copy_from_slice(bytes);
                at += bytes.len();
            }
            seen += bytes.len() as u64;
        });
        let header = segments.address(0).ok_or(Full::TooLarge)?;
        // SAFETY: where the header says where the log begins.
        let first = unsafe { word(header, BLOCK as u64) };
        // Release: after all that is in it.
        first.store(block.offset.to_le(), Release);
        // Who reads the log before may go on; the one before that has had its time.
        let (former, free) = (self.first, chain(segments, self.former, self.free));
        (self.block, self.at, self.first) = (block, BLOCK_HEADER as u64 + at as u64, block.offset);
        (self.len, self.former, self.free) = (at as u64, former, free);
        Ok(())
    }
}

/// The blocks of a log.
pub(super) fn blocks(mapped: &impl Mapped, first: u64) -> impl Iterator<Item = Place> {
    let mut next = first;
    std::iter::from_fn(move || {
        let address = mapped.address(next).filter(|_| next != 0)?;
        // SAFETY: a block begins with where the next one is, and its length.
        let (behind, len) = unsafe { (word(address, 0).load(Acquire), word(address, 8).load(Relaxed)) };
        let block = Place { address, offset: next, len: u64::from_le(len) };
        next = u64::from_le(behind);
        Some(block)
    })
}

/// Puts these blocks before those; where all of them begin.
fn chain(segments: &Segments, first: u64, behind: u64) -> u64 {
    let Some(last) = blocks(segments, first).last() else { return behind };
    // SAFETY: a block begins with where the next one is.
    unsafe { word(last.address, 0) }.store(behind.to_le(), Relaxed);
    first
}

/// One of those that are free, whose first is at `free`, or a new one.
fn new_block(segments: &mut Segments, free: &mut u64, len: u64) -> Result<Place, Full> {
    let mut before: Option<Place> = None;
    for block in blocks(segments, *free) {
        if (len..=4 * len).contains(&block.len) {
            // SAFETY: a block begins with where the next one is.
            let behind = unsafe { word(block.address, 0) }.swap(0, Relaxed);
            match before {
                None => *free = u64::from_le(behind),
                // SAFETY: the same.
                Some(before) => unsafe { word(before.address, 0) }.store(behind, Relaxed),
            }
            #[allow(clippy::cast_possible_truncation, reason = "within a mapping")]
            bytes(block.address, block.len as usize)[BLOCK_HEADER..].fill(0);
            return Ok(block);
        }
        before = Some(block);
    }
    let block = segments.take(len)?;
    // SAFETY: its header; nobody else knows the block yet.
    unsafe { word(block.address, 8) }.store(block.len.to_le(), Relaxed);
    Ok(block)
}

/// A part of the file that nobody changes meanwhile, but whoever calls.
fn bytes<'a>(address: NonNull<u8>, len: usize) -> &'a mut [u8] {
    // SAFETY: callers have a place of this length, which stays for ever. What is in it is changed under the lock of the
    // file alone, by who has just taken it; records that are whole never change.
    unsafe { std::slice::from_raw_parts_mut(address.as_ptr(), len) }
}

/// Bytes of a record before its body are its length and checksum.
const _: () = assert!(FRAME == 8);
