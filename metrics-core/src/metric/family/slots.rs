#![allow(unsafe_code, reason = "the label table is read without a lock")]

use super::Child;
use super::series::{Series, TAG_BITS};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering::*};

/// An open hash table of series, read without a lock. Written only while the cold paths are stopped.
///
/// A slot is null, a tomb, or a pointer whose low bits are taken from the hash, so that a lookup seldom
/// follows a pointer in vain.
pub(super) struct Slots<M> {
    slots: Box<[AtomicPtr<Series<M>>]>,
}

/// Slots for each series, at least: at twice the load a lookup takes 2 ns more, for the mispredicted probes.
const LOAD: usize = 4;
const TAG: usize = (1 << TAG_BITS) - 1;

/// The slot of a removed series, which lookups go past. No allocation has this address.
fn tomb<M>() -> *mut Series<M> {
    std::ptr::without_provenance_mut(!TAG)
}

fn tag(hash: u32) -> usize {
    (hash >> (u32::BITS - TAG_BITS)) as usize
}

impl<M: Child> Slots<M> {
    /// An empty one with room for `series`, and a third more: else tombs would force a rebuild at each
    /// creation.
    pub(super) fn new(series: usize) -> Self {
        let len = ((series + 1) * LOAD * 4 / 3).next_power_of_two().max(16);
        Self { slots: (0..len).map(|_| AtomicPtr::new(null_mut())).collect() }
    }

    #[inline(always)]
    fn mask(&self) -> usize {
        self.slots.len() - 1
    }

    /// # Safety
    /// The caller is pinned since before it got the table, or has stopped the cold paths; the series is good
    /// for as long.
    #[inline(always)]
    pub(super) unsafe fn find(&self, hash: u32, names: &[&str], values: &[&str]) -> Option<NonNull<Series<M>>> {
        let mut at = hash as usize & self.mask();
        loop {
            // SAFETY: masked. Acquire: the series was made before it was put here.
            let slot = unsafe { self.slots.get_unchecked(at) }.load(Acquire);
            if slot.is_null() {
                return None;
            }
            if slot.addr() & TAG == tag(hash) && slot != tomb() {
                let series = slot.map_addr(|address| address & !TAG);
                // SAFETY: not null and no tomb: a series, which the caller keeps from being freed.
                let series = unsafe { NonNull::new_unchecked(series) };
                // SAFETY: the same.
                if unsafe { Series::is(series, hash, names, values) } {
                    return Some(series);
                }
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Whether this many slots, tombs included, are too many.
    pub(super) fn is_full(&self, used: usize) -> bool {
        used * LOAD > self.slots.len()
    }

    /// Whether it took a slot that was null.
    ///
    /// # Safety
    /// `series` is one that was not freed; the cold paths are stopped.
    pub(super) unsafe fn insert(&self, series: NonNull<Series<M>>) -> bool {
        // SAFETY: the caller says so.
        let hash = unsafe { series.as_ref() }.hash;
        let mut at = hash as usize & self.mask();
        loop {
            let slot = &self.slots[at];
            let old = slot.load(Relaxed);
            if old.is_null() || old == tomb() {
                slot.store(series.as_ptr().map_addr(|address| address | tag(hash)), Release);
                return old.is_null();
            }
            at = (at + 1) & self.mask();
        }
    }

    /// # Safety
    /// `series` is in the table; the cold paths are stopped.
    pub(super) unsafe fn remove(&self, series: NonNull<Series<M>>) {
        // SAFETY: the caller says so.
        let hash = unsafe { series.as_ref() }.hash;
        let mut at = hash as usize & self.mask();
        loop {
            let slot = &self.slots[at];
            if slot.load(Relaxed).map_addr(|address| address & !TAG) == series.as_ptr() {
                return slot.store(tomb(), Release);
            }
            at = (at + 1) & self.mask();
        }
    }
}
