//! Where the series of a family lie: one behind the other, as they are made, so that a scrape reads memory in order
//! and a series costs its own bytes only.
//!
//! A removed series leaves a hole, which the next one of the same size fills. So sizes within a block never change,
//! and a scrape walks through it without a lock. A block without series is given back.

#![allow(clippy::cast_possible_truncation, reason = "a block has 32 KiB, or its one series' labels at most 1 GiB")]
#![allow(unsafe_code, reason = "series of different sizes lie in one block, which a scrape reads without a lock")]

use super::Child;
use super::series::Series;
use crate::cell::prefetch;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering::*};

/// The blocks of a family. Changed only while the cold paths are stopped.
pub(super) struct Blocks<M> {
    /// By number; `None` where one was given back.
    numbered: Vec<Option<Block<M>>>,
    vacant: Vec<u32>,
    by_address: BTreeMap<usize, u32>,
    /// Where a series goes for which there is no hole.
    open: Option<Block<M>>,
    /// The first hole of each size, in eights of bytes: its number, see [`Blocks::number`].
    holes: Vec<u32>,
    /// Series and holes.
    places: usize,
    generations: u32,
    /// Blocks in which nothing is any more, to be freed when nobody is pinned who may be walking through one.
    closed: Vec<Block<M>>,
}

/// Room for a series that is to be made.
pub(super) struct Room<M> {
    block: Block<M>,
    series: NonNull<Series<M>>,
    /// Where it ends, if it is no hole.
    end: Option<u32>,
}

/// A block: a header, and series behind it.
pub(super) struct Block<M> {
    header: NonNull<Header>,
    series: PhantomData<NonNull<Series<M>>>,
}

#[repr(C, align(8))]
struct Header {
    /// Bytes, this header included, that hold series or holes. A scrape reads so far.
    used: AtomicU32,
    /// Bytes in all.
    size: u32,
    number: u32,
    /// Of all blocks that had this number.
    generation: u32,
    /// Series that were not freed; touched only while the cold paths are stopped.
    live: AtomicU32,
}

/// A place in a [`Blocks`], before a series: where a walk goes on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Place {
    number: u32,
    generation: u32,
    offset: u32,
}

const HEADER: u32 = size_of::<Header>().next_multiple_of(8) as u32;
/// Bytes of a family's first block, and of those that a large one is made of.
const FIRST: u32 = 512;
const LARGEST: u32 = 1 << 15;
/// Series beyond that have a block of their own.
const SHARED: usize = LARGEST as usize / 4;
const NONE: u32 = u32::MAX;
/// Cache lines that a walk asks for beforehand, counted from a series on: so far that they have come from memory by then,
/// and two of them, because series are longer than a line.
const AHEAD: std::ops::Range<usize> = 48..50;
const CACHE_LINE: usize = 64;
/// Bits of a hole's number that say where it is in its block.
const OFFSET_BITS: u32 = (LARGEST / 8).trailing_zeros();

impl Place {
    /// Before the block behind this one.
    pub(super) fn next_block(self) -> Self {
        Self { number: self.number + 1, generation: 0, offset: 0 }
    }

    /// Further on in its block. Behind a full block, or a large one, comes the next; and an offset has few bits.
    fn on(self, offset: u32) -> Self {
        if offset >= LARGEST { self.next_block() } else { Self { offset, ..self } }
    }

    /// That of its block.
    pub(super) fn generation(self) -> u32 {
        self.generation
    }

    /// The beginning of the block.
    pub(super) fn start(self) -> Self {
        Self { offset: HEADER, ..self }
    }

    /// Whether its block is newer than one of that generation.
    pub(super) fn is_newer(self, generation: u32) -> bool {
        self.generation.wrapping_sub(generation).cast_signed() > 0
    }

    /// Whether both are in one block.
    pub(super) fn is_beside(self, other: Self) -> bool {
        (self.number, self.generation) == (other.number, other.generation)
    }

    /// As one number; zero at the beginning only.
    pub(super) fn pack(self) -> u64 {
        u64::from(self.number) << 44 | u64::from(self.offset / 8) << 32 | u64::from(self.generation)
    }

    pub(super) fn unpack(packed: u64) -> Self {
        let number = (packed >> 44) as u32;
        Self { number, offset: (packed >> 32) as u32 % (1 << OFFSET_BITS) * 8, generation: packed as u32 }
    }
}

impl<M> Clone for Block<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Block<M> {}

impl<M> Block<M> {
    fn new(size: u32, number: u32, generation: u32) -> Self {
        let layout = Self::layout(size);
        // SAFETY: the layout has a size.
        let Some(header) = NonNull::new(unsafe { alloc(layout) }.cast::<Header>()) else { handle_alloc_error(layout) };
        let (used, live) = (AtomicU32::new(HEADER), AtomicU32::new(0));
        // SAFETY: the header lies at the beginning of a fresh block.
        unsafe { header.write(Header { used, size, number, generation, live }) };
        Self { header, series: PhantomData }
    }

    fn layout(size: u32) -> Layout {
        Layout::from_size_align(size as usize, 8).expect("labels of a series beyond the address space")
    }

    /// # Safety
    /// Nobody uses the block any more, nor what is in it.
    pub(super) unsafe fn free(self) {
        // SAFETY: the caller gives it up; it was made with this layout.
        unsafe { dealloc(self.header.as_ptr().cast(), Self::layout(self.header().size)) }
    }

    fn header(&self) -> &Header {
        // SAFETY: whoever has a block is pinned, or has stopped the cold paths; it is not freed before that ends.
        unsafe { self.header.as_ref() }
    }

    fn at(self, offset: u32) -> NonNull<Series<M>> {
        debug_assert!(offset < self.header().size);
        // SAFETY: within the block.
        unsafe { self.header.cast::<u8>().add(offset as usize).cast() }
    }

    pub(super) fn start(self) -> Place {
        let Header { number, generation, .. } = *self.header();
        Place { number, generation, offset: HEADER }
    }
}

impl<M: Child> Block<M> {
    /// All series from `from` to `end`, also those that were removed, and where to go on after each.
    ///
    /// The caller is pinned, or has stopped the cold paths.
    pub(super) fn places(self, from: Place, end: Place) -> impl Iterator<Item = (NonNull<Series<M>>, Place)> {
        let mut offset = from.offset;
        std::iter::from_fn(move || {
            (offset < end.offset).then(|| {
                let series = self.at(offset);
                // SAFETY: a series was written here, and the next one lies behind it.
                offset += unsafe { Series::size_of(series) } as u32;
                (series, from.on(offset))
            })
        })
    }

    /// Puts the series that are there into `batch`, until it has `most`, for which it has room; where to go on. As
    /// [`places`](Self::places), in the few instructions that a scrape has for each: alone, so that they need registers only.
    #[inline(never)]
    pub(super) fn fill(self, batch: &mut Vec<NonNull<Series<M>>>, most: usize, from: Place, end: Place) -> Place {
        let (mut offset, mut len, most) = (from.offset, 0, most - batch.len());
        let room = &mut batch.spare_capacity_mut()[..most];
        while offset < end.offset && len < room.len() {
            let series = self.at(offset);
            // Where the next one is, only this one knows: without help, each would wait for memory by itself.
            AHEAD.for_each(|line| prefetch(series.as_ptr().cast::<u8>().wrapping_add(line * CACHE_LINE)));
            // SAFETY: a series was written here, and the next one lies behind it.
            let shape = unsafe { Series::shape(series) };
            // Also what is not there; what comes next takes its place.
            room[len].write(series);
            len += usize::from(shape.is_live());
            offset += shape.size::<M>() as u32;
        }
        // SAFETY: so many were written.
        unsafe { batch.set_len(batch.len() + len) };
        from.on(offset)
    }

    /// The series that are there, as [`places`](Self::places).
    pub(super) fn walk(self, from: Place, end: Place) -> impl Iterator<Item = (NonNull<Series<M>>, Place)> {
        // SAFETY: a series was written here, in a block that was not freed.
        self.places(from, end).filter(|(series, _)| unsafe { Series::shape(*series) }.is_live())
    }

    /// Where it ends now.
    pub(super) fn end(self) -> Place {
        // Acquire: what lies before it was written.
        Place { offset: self.header().used.load(Acquire), ..self.start() }
    }
}

impl<M: Child> Blocks<M> {
    pub(super) const fn new() -> Self {
        Self {
            numbered: Vec::new(),
            vacant: Vec::new(),
            by_address: BTreeMap::new(),
            open: None,
            holes: Vec::new(),
            places: 0,
            generations: 0,
            closed: Vec::new(),
        }
    }

    /// Room for a series with labels of this length. Before its metric is made: this may panic.
    pub(super) fn room(&mut self, labels: usize) -> Room<M> {
        let size = Series::<M>::size(labels);
        if let Some((block, series)) = self.find_hole(size) {
            return Room { block, series, end: None };
        }
        let block = self.block_for(size);
        let used = block.header().used.load(Relaxed);
        Room { block, series: block.at(used), end: Some(used + size as u32) }
    }

    /// Makes a series, which no table knows yet.
    pub(super) fn make(
        &mut self,
        room: Room<M>,
        hash: u32,
        (labels, escaped): (&str, bool),
        metric: M,
    ) -> NonNull<Series<M>> {
        let Room { block, series, end } = room;
        if end.is_none() {
            // Only now, when nothing can fail any more: a hole that is in no list must not be taken for one.
            self.remove_hole(series);
        }
        // SAFETY: room for these labels, which nobody else has.
        unsafe {
            Series::write(series, hash, labels, metric);
            Series::publish(series, labels.len(), escaped);
        }
        if let Some(end) = end {
            block.header().used.store(end, Release);
            self.places += 1;
        }
        block.header().live.fetch_add(1, Relaxed);
        series
    }

    /// Takes a series' place back, whose metric was dropped.
    ///
    /// # Safety
    /// The series is one of these, and nobody uses it any more.
    pub(super) unsafe fn give(&mut self, series: NonNull<Series<M>>) {
        let block = self.block_of(series);
        // SAFETY: not freed yet.
        let size = unsafe { Series::size_of(series) };
        if size <= SHARED {
            self.add_hole(size, series, block);
        }
        let is_last = block.header().live.fetch_sub(1, Relaxed) == 1;
        if is_last && self.open.is_none_or(|open| open.header != block.header) {
            self.close(block);
        }
    }

    /// What is to be freed, see [`closed`](Self::closed).
    pub(super) fn take_closed(&mut self) -> Vec<Block<M>> {
        std::mem::take(&mut self.closed)
    }

    /// Where a walk through all of them goes on from `place` on: in the block of that number, or the next one.
    pub(super) fn next(&self, place: Place) -> Option<(Block<M>, Place)> {
        let blocks = self.numbered.get(place.number as usize..)?;
        blocks.iter().flatten().find_map(|block| {
            let start = block.start();
            if start.number != place.number || place.offset == 0 {
                return Some((*block, start));
            }
            // In the middle of a block that is no more, a walk cannot go on: what has its number now is new.
            (start.generation == place.generation).then_some((*block, place))
        })
    }

    /// How many places a walk through all of them passes.
    pub(super) fn places(&self) -> usize {
        self.places
    }

    /// That of the newest block.
    pub(super) fn generation(&self) -> u32 {
        self.generations
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Block<M>> {
        self.numbered.iter().flatten().copied()
    }

    /// The open block, or a new one, with room for this much.
    fn block_for(&mut self, size: usize) -> Block<M> {
        if size > SHARED {
            let size = u32::try_from(size).ok().and_then(|size| size.checked_add(HEADER));
            return self.new_block(size.expect("labels are shorter"));
        }
        let size = size as u32;
        let fits = |block: &Block<M>| block.header().used.load(Relaxed) + size <= block.header().size;
        if let Some(block) = self.open.filter(fits) {
            return block;
        }
        let next = self.open.map_or(FIRST, |open| (2 * open.header().size).min(LARGEST));
        let block = self.new_block(next.max((HEADER + size).next_power_of_two()));
        if let Some(full) = self.open.replace(block)
            && full.header().live.load(Relaxed) == 0
        {
            self.close(full);
        }
        block
    }

    fn new_block(&mut self, size: u32) -> Block<M> {
        let number = self.vacant.pop().unwrap_or_else(|| {
            self.numbered.push(None);
            let number = self.numbered.len() - 1;
            u32::try_from(number).ok().filter(|n| *n < NONE >> OFFSET_BITS).expect("a family of a million blocks")
        });
        self.generations = self.generations.wrapping_add(1);
        let block = Block::new(size, number, self.generations);
        self.numbered[number as usize] = Some(block);
        self.by_address.insert(block.header.addr().get(), number);
        block
    }

    fn close(&mut self, block: Block<M>) {
        // SAFETY: there was a series here, in memory that was not freed.
        let is_hole = |place| unsafe { Series::size_of(place) } <= SHARED;
        for (place, _) in block.places(block.start(), block.end()) {
            self.places -= 1;
            if is_hole(place) {
                self.remove_hole(place);
            }
        }
        let number = block.header().number;
        self.numbered[number as usize] = None;
        self.vacant.push(number);
        self.by_address.remove(&block.header.addr().get());
        self.closed.push(block);
    }

    fn block_of(&self, series: NonNull<Series<M>>) -> Block<M> {
        let found = self.by_address.range(..=series.addr().get()).next_back();
        found.and_then(|(_, number)| self.numbered[*number as usize]).expect("a series lies in a block")
    }

    /// The number of a hole: that of its block, and its place there.
    fn number(hole: NonNull<Series<M>>, block: Block<M>) -> u32 {
        let offset = (hole.addr().get() - block.header.addr().get()) as u32 / 8;
        block.header().number << OFFSET_BITS | offset
    }

    fn hole(&self, number: u32) -> Option<(Block<M>, NonNull<Series<M>>)> {
        let block = self.numbered.get((number >> OFFSET_BITS) as usize).copied().flatten()?;
        Some((block, block.at(8 * (number & ((1 << OFFSET_BITS) - 1)))))
    }

    fn find_hole(&self, size: usize) -> Option<(Block<M>, NonNull<Series<M>>)> {
        self.hole(*self.holes.get(size / 8)?)
    }

    fn add_hole(&mut self, size: usize, hole: NonNull<Series<M>>, block: Block<M>) {
        if self.holes.len() <= size / 8 {
            self.holes.resize(size / 8 + 1, NONE);
        }
        let number = Self::number(hole, block);
        let next = self.holes[size / 8];
        // SAFETY: freed series, whose memory was not.
        unsafe {
            if let Some((_, next)) = self.hole(next) {
                Series::set_links(next, (Series::links(next).0, number));
            }
            Series::set_links(hole, (next, NONE));
        }
        self.holes[size / 8] = number;
    }

    fn remove_hole(&mut self, hole: NonNull<Series<M>>) {
        // SAFETY: freed series, whose memory was not.
        unsafe {
            let (next, previous) = Series::links(hole);
            if let Some((_, next)) = self.hole(next) {
                Series::set_links(next, (Series::links(next).0, previous));
            }
            match self.hole(previous) {
                Some((_, previous)) => Series::set_links(previous, (next, Series::links(previous).1)),
                None => self.holes[Series::size_of(hole) / 8] = next,
            }
        }
    }
}
