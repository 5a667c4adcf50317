#![allow(unsafe_code, reason = "a series is one block: header, metric and labels")]

use super::Child;
use crate::label::is_rendered;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering::*};

/// A series of a hashed family. Its labels, rendered, follow it in the same block: they are the key that
/// lookups compare, and what a scrape copies.
///
/// Aligned so that pointers to it have [`TAG_BITS`] bits free. In this order, so that what a lookup reads lies side by
/// side: the metric's cells, the hash, the length and the labels.
#[repr(C, align(16))]
pub(super) struct Series<M> {
    /// Number in the order of creation.
    pub(super) order: u64,
    /// Place in the family's list. Changed only while the cold paths are stopped.
    pub(super) place: AtomicU32,
    handles: AtomicU32,
    metric: M,
    pub(super) hash: u32,
    /// Bytes of the labels, doubled; the last bit says whether they hold escapes.
    len: u32,
    labels: PhantomData<[u8]>,
}

/// Free low bits of a pointer to a series.
pub(super) const TAG_BITS: u32 = 4;

impl<M: Child> Series<M> {
    /// The longest labels, in bytes.
    pub(super) const MAX_LABELS: usize = (u32::MAX >> 1) as usize;

    /// Labels beyond [`MAX_LABELS`](Self::MAX_LABELS) are the caller's mistake.
    pub(super) fn new(hash: u32, labels: &str, escaped: bool, order: u64, metric: M) -> NonNull<Self> {
        let layout = Self::layout(labels.len());
        // SAFETY: the layout holds a `Series`, so it has a size.
        let Some(series) = NonNull::new(unsafe { alloc(layout) }.cast::<Self>()) else { handle_alloc_error(layout) };
        #[allow(clippy::cast_possible_truncation, reason = "the caller has looked")]
        let len = (labels.len() as u32) << 1 | u32::from(escaped);
        let (place, handles) = (AtomicU32::new(0), AtomicU32::new(0));
        let header = Self { order, place, handles, metric, hash, len, labels: PhantomData };
        // SAFETY: a fresh block of that layout: the header, then room for the labels.
        unsafe {
            series.write(header);
            series.add(1).cast::<u8>().copy_from_nonoverlapping(NonNull::from(labels).cast(), labels.len());
        }
        series
    }

    /// # Safety
    /// Nobody uses the series any more.
    pub(super) unsafe fn free(series: NonNull<Self>) {
        // SAFETY: the caller gives it up; it was made with this layout.
        unsafe {
            let layout = Self::layout(series.as_ref().labels_len());
            series.drop_in_place();
            dealloc(series.as_ptr().cast(), layout);
        }
    }

    fn layout(labels: usize) -> Layout {
        let (layout, _) = Layout::new::<Self>()
            .extend(Layout::array::<u8>(labels).expect("labels of a series beyond the address space"))
            .expect("labels of a series beyond the address space");
        layout
    }

    /// The labels, rendered. Not a method: a reference to the header does not reach what lies behind it.
    ///
    /// # Safety
    /// The series is not freed within `'a`.
    #[inline(always)]
    pub(super) unsafe fn labels<'a>(series: NonNull<Self>) -> &'a str {
        // SAFETY: `len` bytes of a `str` were copied behind the header when it was made, and never change.
        unsafe {
            let start = series.add(1).cast::<u8>();
            str::from_utf8_unchecked(std::slice::from_raw_parts(start.as_ptr(), series.as_ref().labels_len()))
        }
    }

    /// # Safety
    /// The series is not freed meanwhile.
    #[inline(always)]
    pub(super) unsafe fn is(series: NonNull<Self>, hash: u32, names: &[&str], values: &[&str]) -> bool {
        // SAFETY: the caller says so.
        let (header, labels) = unsafe { (series.as_ref(), Self::labels(series)) };
        header.hash == hash && is_rendered(labels.as_bytes(), header.len & 1 != 0, names, values)
    }

    #[inline(always)]
    fn labels_len(&self) -> usize {
        (self.len >> 1) as usize
    }

    #[inline(always)]
    pub(super) fn metric(&self) -> &M {
        &self.metric
    }

    /// One more handle. Relaxed: whoever makes one keeps the series already.
    pub(super) fn keep(&self) -> &M {
        let before = self.handles.fetch_add(1, Relaxed);
        assert!(before < u32::MAX / 2, "too many handles of one series");
        &self.metric
    }

    /// One handle less. Release: the reaper sees what was written through it.
    ///
    /// Not a method: the reaper may free the series while this returns, and a reference to it must not be there then.
    ///
    /// # Safety
    /// The caller has a handle, and has it no more.
    pub(super) unsafe fn let_go(series: NonNull<Self>) {
        // SAFETY: kept until here. Only the count is borrowed.
        let handles: &AtomicU32 = unsafe { &(*series.as_ptr()).handles };
        handles.fetch_sub(1, Release);
    }

    pub(super) fn is_kept(&self) -> bool {
        self.handles.load(Acquire) != 0
    }
}
