#![allow(unsafe_code, reason = "a series is a header with its labels behind it")]

use super::Child;
use crate::label::is_rendered;
use std::mem::{MaybeUninit, offset_of};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering::*};

/// A series of a hashed family. Its labels, rendered, follow it: they are the key that lookups compare, and what a
/// scrape copies.
///
/// In this order, so that what a lookup reads lies side by side: the metric's cells, the hash, the length and the
/// labels.
#[repr(C)]
pub(super) struct Series<M> {
    metric: MaybeUninit<M>,
    handles: AtomicU32,
    hash: u32,
    /// A [`Shape`], which a scrape reads at any time.
    shape: AtomicU32,
    labels: [u8; 0],
}

/// From the lowest bit on: whether the series is there to be found, whether its labels hold escapes, and how many
/// bytes they are.
#[derive(Clone, Copy)]
pub(super) struct Shape(u32);

const LIVE: u32 = 1;
const ESCAPED: u32 = 2;
const LEN_SHIFT: u32 = 2;

impl Shape {
    pub(super) fn is_live(self) -> bool {
        self.0 & LIVE != 0
    }

    fn is_escaped(self) -> bool {
        self.0 & ESCAPED != 0
    }

    fn len(self) -> usize {
        (self.0 >> LEN_SHIFT) as usize
    }
}

impl<M: Child> Series<M> {
    /// The longest labels, in bytes.
    pub(super) const MAX_LABELS: usize = (u32::MAX >> LEN_SHIFT) as usize;

    /// Bytes that a series with labels of this length takes. A multiple of eight, so that the next one is aligned.
    pub(super) const fn size(labels: usize) -> usize {
        const { assert!(align_of::<Self>() <= 8) };
        (offset_of!(Self, labels) + labels).next_multiple_of(8)
    }

    /// Bytes that this one takes, also after its end.
    ///
    /// # Safety
    /// There is, or was, a series here, in memory that was not freed.
    pub(super) unsafe fn size_of(series: NonNull<Self>) -> usize {
        // SAFETY: the caller says so.
        Self::size(unsafe { Self::shape(series) }.len())
    }

    /// Labels beyond [`MAX_LABELS`](Self::MAX_LABELS) are the caller's mistake. Nobody finds it before
    /// [`publish`](Self::publish).
    ///
    /// # Safety
    /// `place` has room for it, is aligned for eight bytes, and nobody but a scrape, which looks at the shape, uses it.
    pub(super) unsafe fn write(place: NonNull<Self>, hash: u32, labels: &str, metric: M) {
        let series = place.as_ptr();
        // SAFETY: the caller gives the place. Field by field: of a place that had a series before, the shape is read.
        unsafe {
            (&raw mut (*series).metric).write(MaybeUninit::new(metric));
            (&raw mut (*series).handles).write(AtomicU32::new(0));
            (&raw mut (*series).hash).write(hash);
            let start = (&raw mut (*series).labels).cast::<u8>();
            start.copy_from_nonoverlapping(labels.as_ptr(), labels.len());
        }
    }

    /// Lets a scrape find it.
    ///
    /// # Safety
    /// It was [written](Self::write), with labels of this length.
    pub(super) unsafe fn publish(series: NonNull<Self>, labels: usize, escaped: bool) {
        #[allow(clippy::cast_possible_truncation, reason = "at most MAX_LABELS")]
        let shape = (labels as u32) << LEN_SHIFT | if escaped { ESCAPED | LIVE } else { LIVE };
        // SAFETY: the caller says so. Release: who sees the shape sees the series.
        unsafe { &(*series.as_ptr()).shape }.store(shape, Release);
    }

    /// No scrape finds it any more.
    ///
    /// # Safety
    /// The series was not freed; the cold paths are stopped.
    pub(super) unsafe fn unpublish(series: NonNull<Self>) {
        // SAFETY: the caller says so.
        unsafe { &(*series.as_ptr()).shape }.fetch_and(!LIVE, Relaxed);
    }

    /// # Safety
    /// There is, or was, a series here, in memory that was not freed.
    #[inline(always)]
    pub(super) unsafe fn shape(series: NonNull<Self>) -> Shape {
        // SAFETY: the caller says so. Only the shape is borrowed.
        Shape(unsafe { &(*series.as_ptr()).shape }.load(Acquire))
    }

    /// # Safety
    /// The series is not freed within `'a`.
    #[inline(always)]
    pub(super) unsafe fn metric<'a>(series: NonNull<Self>) -> &'a M {
        // SAFETY: the caller says so.
        unsafe { (*series.as_ptr()).metric.assume_init_ref() }
    }

    /// # Safety
    /// Nobody uses the series any more.
    pub(super) unsafe fn drop_metric(series: NonNull<Self>) {
        // SAFETY: the caller says so.
        unsafe { (*series.as_ptr()).metric.assume_init_drop() }
    }

    /// The labels, rendered.
    ///
    /// # Safety
    /// The series is not freed within `'a`.
    #[inline(always)]
    pub(super) unsafe fn labels<'a>(series: NonNull<Self>) -> &'a str {
        // SAFETY: `len` bytes of a `str` were copied behind the header when it was made, and never change.
        unsafe {
            let start = (&raw const (*series.as_ptr()).labels).cast::<u8>();
            str::from_utf8_unchecked(std::slice::from_raw_parts(start, Self::shape(series).len()))
        }
    }

    /// # Safety
    /// The series is not freed meanwhile.
    #[inline(always)]
    pub(super) unsafe fn hash(series: NonNull<Self>) -> u32 {
        // SAFETY: the caller says so.
        unsafe { (*series.as_ptr()).hash }
    }

    /// # Safety
    /// The series is not freed meanwhile.
    #[inline(always)]
    pub(super) unsafe fn is(series: NonNull<Self>, hash: u32, names: &[&str], values: &[&str]) -> bool {
        // SAFETY: the caller says so.
        unsafe {
            Self::hash(series) == hash && {
                let escaped = Self::shape(series).is_escaped();
                is_rendered(Self::labels(series).as_bytes(), escaped, names, values)
            }
        }
    }

    /// One more handle. Relaxed: whoever makes one keeps the series already.
    ///
    /// # Safety
    /// The series is pinned, or kept by a handle.
    pub(super) unsafe fn keep(series: NonNull<Self>) {
        // SAFETY: the caller says so.
        let before = unsafe { &(*series.as_ptr()).handles }.fetch_add(1, Relaxed);
        assert!(before < u32::MAX / 2, "too many handles of one series");
    }

    /// One handle less. Release: the reaper sees what was written through it.
    ///
    /// # Safety
    /// The caller has a handle, and has it no more. The reaper may free the series while this returns.
    pub(super) unsafe fn let_go(series: NonNull<Self>) {
        // SAFETY: kept until here. Only the count is borrowed.
        let handles: &AtomicU32 = unsafe { &(*series.as_ptr()).handles };
        handles.fetch_sub(1, Release);
    }

    /// # Safety
    /// The series was not freed.
    pub(super) unsafe fn is_kept(series: NonNull<Self>) -> bool {
        // SAFETY: the caller says so.
        unsafe { &(*series.as_ptr()).handles }.load(Acquire) != 0
    }

    /// What a place without a series holds instead of hash and handles: its neighbours in a list of such places.
    ///
    /// # Safety
    /// The series was freed, its memory was not; the cold paths are stopped.
    pub(super) unsafe fn links(series: NonNull<Self>) -> (u32, u32) {
        let series = series.as_ptr();
        // SAFETY: the caller says so.
        unsafe { ((*series).hash, *(*series).handles.get_mut()) }
    }

    /// # Safety
    /// As [`links`](Self::links).
    pub(super) unsafe fn set_links(series: NonNull<Self>, (next, previous): (u32, u32)) {
        let series = series.as_ptr();
        // SAFETY: the caller says so.
        unsafe {
            (*series).hash = next;
            *(*series).handles.get_mut() = previous;
        }
    }
}
