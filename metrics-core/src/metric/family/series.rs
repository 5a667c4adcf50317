#![allow(unsafe_code, reason = "a series is a header with its labels behind it")]

use super::Child;
use crate::label::{before, is_rendered};
use std::mem::{MaybeUninit, offset_of};
use std::ops::{BitOr, BitXor};
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

/// How many bytes the labels are, and in the highest bits whether they hold escapes, and whether the series is there to
/// be found.
#[derive(Clone, Copy)]
pub(super) struct Shape(u32);

const ESCAPED: u32 = 1 << 31;
const LIVE: u32 = 1 << 30;
const LEN: u32 = LIVE - 1;

impl Shape {
    pub(super) fn is_live(self) -> bool {
        self.0 & LIVE != 0
    }

    fn is_escaped(self) -> bool {
        self.0 & ESCAPED != 0
    }

    fn len(self) -> usize {
        (self.0 & LEN) as usize
    }

    /// The same; negative if they hold escapes.
    #[inline(always)]
    fn plain_len(self) -> isize {
        (self.0 & !LIVE).cast_signed() as isize
    }

    /// Bytes that the series takes, also after its end.
    pub(super) fn size<M: Child>(self) -> usize {
        Series::<M>::size(self.len())
    }
}

impl<M: Child> Series<M> {
    /// The longest labels, in bytes.
    pub(super) const MAX_LABELS: usize = LEN as usize;

    /// Bytes that a series with labels of this length takes. A multiple of eight, so that the next one is aligned.
    pub(super) const fn size(labels: usize) -> usize {
        const { assert!(align_of::<Self>() <= 8) };
        // Not `next_multiple_of`, which takes five instructions, of the few that a scrape has for a series.
        (offset_of!(Self, labels) + labels + 7) & !7
    }

    /// Bytes that this one takes, also after its end.
    ///
    /// # Safety
    /// There is, or was, a series here, in memory that was not freed.
    pub(super) unsafe fn size_of(series: NonNull<Self>) -> usize {
        // SAFETY: the caller says so.
        unsafe { Self::shape(series) }.size::<M>()
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
        let shape = labels as u32 | if escaped { ESCAPED | LIVE } else { LIVE };
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
                let is_escaped = Self::shape(series).is_escaped();
                Self::is_plainly(series, names, values)
                    || is_escaped && is_rendered(Self::labels(series).as_bytes(), names, values)
            }
        }
    }

    /// Whether these are its values, none of which holds an escape. The few instructions that a hit takes.
    ///
    /// # Safety
    /// The series is not freed meanwhile.
    #[inline(always)]
    pub(super) unsafe fn is_plainly(series: NonNull<Self>, names: &[&str], values: &[&str]) -> bool {
        let fixed: usize = (0..).zip(names.iter().zip(values)).map(|(i, (name, _))| before(i, name) + 1).sum();
        // Nothing is longer than `isize` can tell.
        let mut lens = values.iter().zip(names).map(|(value, _)| value.len().cast_signed());
        let len = lens.try_fold(fixed.cast_signed(), isize::checked_add);
        // SAFETY: the caller says so.
        if len != Some(unsafe { Self::shape(series) }.plain_len()) {
            return false;
        }
        // Text without escapes holds exactly two quotes for each label, and there is one at each of these places, outside
        // of the values: at the first and the last because the names and the length are the same, at the others as is
        // looked. So a value that holds a quote, and makes others seem to fit, does not: that would be one too many.
        // SAFETY: the caller says so. Only the place is taken.
        let mut at = unsafe { (&raw const (*series.as_ptr()).labels).cast::<u8>() };
        for (i, (name, value)) in (0..).zip(names.iter().zip(values)) {
            let before = before(i, name);
            // SAFETY: all that this goes through is as long as the labels, which are not freed and never change.
            let (found, are_quotes) = unsafe {
                let start = at.add(before);
                let are_quotes = i == 0 || (*at.sub(1), *start.sub(1)) == (b'"', b'"');
                at = start.add(value.len() + 1);
                (std::slice::from_raw_parts(start, value.len()), are_quotes)
            };
            if !are_quotes || !is_same(found, value.as_bytes()) {
                return false;
            }
        }
        true
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

/// Whether bytes that are as many are equal. Such as are few as a rule are compared as two halves that overlap,
/// by one branch and without a call.
#[inline(always)]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    match a.len() {
        8.. => match a.len() {
            8..=16 => have_same_ends(a, b, u64::from_ne_bytes),
            17..=32 => have_same_ends(a, b, u128::from_ne_bytes),
            _ => a == b,
        },
        4..8 => have_same_ends(a, b, u32::from_ne_bytes),
        0 => true,
        len => [0, len / 2, len - 1].into_iter().fold(0, |differs, at| differs | a[at] ^ b[at]) == 0,
    }
}

#[inline(always)]
fn have_same_ends<const N: usize, W>(a: &[u8], b: &[u8], word: fn([u8; N]) -> W) -> bool
where
    W: Default + Eq + BitOr<Output = W> + BitXor<Output = W>,
{
    let (Some(a), Some(b)) = (ends(a), ends(b)) else { return false };
    let [first, last] = [0, 1].map(|end| word(a[end]) ^ word(b[end]));
    first | last == W::default()
}

#[inline(always)]
fn ends<const N: usize>(bytes: &[u8]) -> Option<[[u8; N]; 2]> {
    Some([*bytes.first_chunk()?, *bytes.last_chunk()?])
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::label::{render, render_name};
    use crate::metric::Counter;

    /// Whether a series of the one set is found by the other.
    fn is(names: &[&str], have: &[&str], wanted: &[&str]) -> bool {
        let (labels, escaped) = render(names, have);
        let mut memory = vec![0u64; Series::<Counter>::size(labels.len()) / 8];
        let series = NonNull::from(&mut memory[..]).cast();
        // SAFETY: it has room for it, and is used here alone.
        unsafe {
            Series::write(series, 1, &labels, Counter::<u64>::new());
            Series::publish(series, labels.len(), escaped);
            let (is, is_plainly) = (Series::is(series, 1, names, wanted), Series::is_plainly(series, names, wanted));
            assert_eq!(is_plainly, is && !escaped, "{labels}");
            assert!(!Series::is(series, 2, names, wanted), "by another hash");
            Series::drop_metric(series);
            is
        }
    }

    #[test]
    fn values_are_told_apart_by_their_bounds() {
        let names = ["a", "b"];
        assert!(is(&names, &["ab", "c"], &["ab", "c"]));
        for other in [["a", "bc"], ["ab", ""], ["", "c"], ["ab", "cd"], [r#"ab",b="c"#, ""], ["abc", ""]] {
            assert!(!is(&names, &["ab", "c"], &other), "{other:?}");
        }
        assert!(!is(&names, &["P", "1234rest"], &["P\",b=", "rest"]), "no quote before `rest`");
        assert!(!is(&names, &["P1234", "rest"], &["P", ",b=\"rest"]), "no quote behind `P`");
        assert!(is(&[], &[], &[]));
    }

    #[test]
    fn quotes_are_not_taken_for_those_around_values() {
        let names = ["a", "x.y", "é\"="].map(render_name);
        let nasty = ["", "1", "1\",\"x.y", "1\",\"x.y\"=\"", "1\",b=", ",b=\"1", "\"", "\\", "\n", "=\""];
        for names in [["a", "b", "c"], names.each_ref().map(|name| &**name)] {
            let pairs = || nasty.into_iter().flat_map(|a| nasty.map(|b| [a, b, ""]));
            for have in pairs() {
                for wanted in pairs() {
                    assert_eq!(is(&names, &have, &wanted), have == wanted, "{have:?} {wanted:?}");
                }
            }
        }
    }

    #[test]
    fn every_byte_of_a_value_counts() {
        for len in 0..70 {
            let value = "x".repeat(len);
            assert!(is(&["a"], &[&value], &[&value]));
            for at in 0..len {
                let mut other = value.clone();
                other.replace_range(at..=at, "y");
                assert!(!is(&["a"], &[&value], &[&other]), "{at} of {len}");
            }
        }
    }
}
