#![allow(unsafe_code, reason = "the label table is read without a lock")]

use super::Child;
use super::series::Series;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::*};

/// A hash table of series, read without a lock. Written only while the cold paths are stopped.
///
/// Groups of seven: a lookup compares seven tags, bytes of the hash, at once, and finds tags and pointers in one cache
/// line. A series whose group is full goes to the next one that is not, and each group that it passed counts that, so
/// that lookups know when to go on, and a removal leaves nothing behind.
pub(super) struct Table<M> {
    groups: NonNull<Group<M>>,
    /// Number of groups, a power of two, less one.
    mask: usize,
    memory: NonNull<u8>,
    /// What this table replaces, as long as not all of it was taken over.
    previous: AtomicPtr<Self>,
}

#[repr(C, align(64))]
struct Group<M> {
    /// Of each slot a byte: 0, or [`tag`]; none has its highest bit. The byte above counts the series that passed; at 255 it stays.
    tags: AtomicU64,
    series: [AtomicPtr<Series<M>>; SLOTS],
}

const SLOTS: usize = 7;
/// The lowest bit of each slot's byte.
const LOW: u64 = 0x00_01_01_01_01_01_01_01;
const HIGH: u64 = LOW << 7;
const PASSED: u32 = 56;

/// The byte of a series' slot, from 1 to 127. Not of the bits that select its group.
#[inline(always)]
fn tag(hash: u32) -> u64 {
    u64::from((hash >> 25).max(1))
}

/// Of an empty slot.
const NONE: u64 = 0;

/// The highest bit of each slot's byte that is `tag`. Exactly those: what else is in a slot may have been freed.
#[inline(always)]
fn matching(tags: u64, tag: u64) -> u64 {
    // A byte that differs is less than its highest bit, and so takes nothing from the next one.
    HIGH.wrapping_sub(tags ^ (tag * LOW)) & HIGH
}

#[inline(always)]
fn slot(bits: u64) -> usize {
    (bits.trailing_zeros() / 8) as usize
}

impl<M> Table<M> {
    /// Aligned by hand: of memory with a large alignment, the zeros would be written, page by page, by the thread that
    /// makes a series. So the system gives them when they are needed.
    fn layout(groups: usize) -> Layout {
        let size = groups.checked_mul(size_of::<Group<M>>()).and_then(|size| size.checked_add(align_of::<Group<M>>()));
        size.and_then(|size| Layout::from_size_align(size, 16).ok()).expect("a table beyond the address space")
    }
}

impl<M: Child> Table<M> {
    /// Slots of a table of this many groups that may be taken: three quarters.
    const fn room(groups: usize) -> usize {
        groups * SLOTS * 3 / 4
    }

    /// An empty one, with room for twice as many series.
    pub(super) fn new(series: usize) -> Box<Self> {
        let mut groups = 2;
        while Self::room(groups) < 2 * series {
            groups *= 2;
        }
        let layout = Self::layout(groups);
        // SAFETY: the layout has a size. Zeros are groups without series.
        let Some(memory) = NonNull::new(unsafe { alloc_zeroed(layout) }) else { handle_alloc_error(layout) };
        let gap = memory.align_offset(align_of::<Group<M>>());
        // SAFETY: the layout has room for the gap.
        let groups_start = unsafe { memory.add(gap) }.cast();
        Box::new(Self { groups: groups_start, mask: groups - 1, memory, previous: AtomicPtr::new(null_mut()) })
    }

    #[inline(always)]
    fn group(&self, at: usize) -> &Group<M> {
        // SAFETY: masked.
        unsafe { self.groups.add(at & self.mask).as_ref() }
    }

    /// Where a series belongs. Masked, so that no step from there overflows.
    #[inline(always)]
    fn first(&self, hash: u32) -> usize {
        hash as usize & self.mask
    }

    /// The groups in which a series may be.
    fn probe(&self, hash: u32) -> impl Iterator<Item = &Group<M>> {
        (0..=self.mask).map(move |step| self.group(self.first(hash) + step))
    }

    /// The series, if it is where it mostly is: the first one of its tag in the first group, and none of its labels has
    /// escapes. A hit is a few instructions without a loop.
    ///
    /// # Safety
    /// As [`find`](Self::find).
    #[inline(always)]
    pub(super) unsafe fn find_first(&self, hash: u32, names: &[&str], values: &[&str]) -> Option<NonNull<Series<M>>> {
        let group = self.group(hash as usize);
        let found = matching(group.tags.load(Acquire), tag(hash));
        if found == 0 {
            return None;
        }
        // SAFETY: as in `find`.
        unsafe {
            let series = NonNull::new_unchecked(group.series.get_unchecked(slot(found)).load(Acquire));
            Series::is_plainly(series, names, values).then_some(series)
        }
    }

    /// # Safety
    /// The caller is pinned since before it got the table, or has stopped the cold paths; the series is good for as
    /// long.
    unsafe fn find(&self, hash: u32, names: &[&str], values: &[&str]) -> Option<NonNull<Series<M>>> {
        let tag = tag(hash);
        let first = self.first(hash);
        let mut at = first;
        loop {
            let group = self.group(at);
            // Acquire, twice: the pointer was put there before the tag, and the series was made before the pointer.
            let tags = group.tags.load(Acquire);
            let mut found = matching(tags, tag);
            while found != 0 {
                // SAFETY: one of seven bits.
                let series = unsafe { group.series.get_unchecked(slot(found)) }.load(Acquire);
                // SAFETY: where there is a tag, there is, or was meanwhile, a series, which the caller keeps.
                let series = unsafe { NonNull::new_unchecked(series) };
                // SAFETY: the same.
                if unsafe { Series::is(series, hash, names, values) } {
                    return Some(series);
                }
                found &= found - 1;
            }
            at += 1;
            // Or after all of them: each may have been passed once.
            if tags >> PASSED == 0 || at - first > self.mask {
                return None;
            }
        }
    }

    /// As [`find`](Self::find), also what was not taken over yet. Only this says for certain that there is none.
    ///
    /// # Safety
    /// As [`find`](Self::find).
    pub(super) unsafe fn find_anywhere(
        &self,
        hash: u32,
        names: &[&str],
        values: &[&str],
    ) -> Option<NonNull<Series<M>>> {
        // Before this table is searched: what was taken over since is found in either.
        let previous = self.previous();
        // SAFETY: as the caller says; the previous table is freed later than this one became reachable.
        unsafe { self.find(hash, names, values).or_else(|| previous?.find(hash, names, values)) }
    }

    /// What was not taken over yet. The caller is pinned, or has stopped the cold paths.
    pub(super) fn previous(&self) -> Option<&Self> {
        // SAFETY: freed only when nobody is pinned any more who could have got it.
        unsafe { self.previous.load(Acquire).as_ref() }
    }

    pub(super) fn set_previous(&self, previous: *mut Self) -> *mut Self {
        self.previous.swap(previous, AcqRel)
    }

    /// Whether one with room for that many series is due.
    pub(super) fn is_full(&self, series: usize) -> bool {
        series > Self::room(self.mask + 1)
    }

    /// Whether one with room for so few is due.
    pub(super) fn is_too_large(&self, series: usize) -> bool {
        Self::room(self.mask + 1) > 16 * series.max(16)
    }

    /// # Safety
    /// `series` is one that was not freed; the cold paths are stopped; there is room.
    pub(super) unsafe fn insert(&self, series: NonNull<Series<M>>) {
        // SAFETY: the caller says so.
        let hash = unsafe { Series::hash(series) };
        for group in self.probe(hash) {
            let tags = group.tags.load(Relaxed);
            let free = matching(tags, NONE);
            if free != 0 {
                // Release, twice: see `find`.
                group.series[slot(free)].store(series.as_ptr(), Release);
                return group.tags.store(tags | tag(hash) << (8 * slot(free)), Release);
            }
            if tags >> PASSED < 255 {
                group.tags.store(tags + (1 << PASSED), Release);
            }
        }
        unreachable!("a quarter of the slots is free");
    }

    /// Where it is: the group, by its distance from the first, and the slot.
    fn locate(&self, series: NonNull<Series<M>>, hash: u32) -> Option<(usize, usize)> {
        for (step, group) in self.probe(hash).enumerate() {
            let tags = group.tags.load(Relaxed);
            let mut found = matching(tags, tag(hash));
            while found != 0 {
                if group.series[slot(found)].load(Relaxed) == series.as_ptr() {
                    return Some((step, slot(found)));
                }
                found &= found - 1;
            }
            if tags >> PASSED == 0 {
                return None;
            }
        }
        None
    }

    /// # Safety
    /// `series` is one that was not freed; the cold paths are stopped.
    pub(super) unsafe fn contains(&self, series: NonNull<Series<M>>) -> bool {
        // SAFETY: the caller says so.
        self.locate(series, unsafe { Series::hash(series) }).is_some()
    }

    /// Removes it, if it is there.
    ///
    /// # Safety
    /// As [`contains`](Self::contains).
    pub(super) unsafe fn remove(&self, series: NonNull<Series<M>>) {
        // SAFETY: the caller says so.
        let hash = unsafe { Series::hash(series) };
        let Some((step, slot)) = self.locate(series, hash) else { return };
        for group in self.probe(hash).take(step) {
            let tags = group.tags.load(Relaxed);
            if tags >> PASSED < 255 {
                group.tags.store(tags - (1 << PASSED), Release);
            }
        }
        let group = self.group(self.first(hash) + step);
        group.tags.store(group.tags.load(Relaxed) & !(0xff << (8 * slot)), Release);
    }
}

impl<M> Drop for Table<M> {
    fn drop(&mut self) {
        // SAFETY: made with this layout; groups and pointers in them need no drop.
        unsafe { dealloc(self.memory.as_ptr(), Self::layout(self.mask + 1)) };
    }
}
