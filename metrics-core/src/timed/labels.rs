//! The labels of a function's own family: what the user adds, and how the call ended.

use super::outcome::Ended;
use crate::label::{Dense, LabelSet, LabelValue};

/// These labels and `outcome`, in this order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending<L> {
    pub(super) labels: L,
    pub(super) outcome: Ended,
}

/// A function whose user adds none.
#[derive(Clone, Copy, Debug)]
pub struct NoLabels;

/// How many labels a user can add. The length of a generic set's list must be a number.
const MOST: usize = 31;

const OUTCOME: &str = "outcome";

impl<L: LabelSet> LabelSet for Ending<L> {
    type Of<'a> = Ending<L::Of<'a>>;
    type Density = L::Density;
    const NAMES: &'static [&'static str] = append(&const { appended(L::NAMES, OUTCOME) }, L::NAMES.len());
    const VALUES: &'static [&'static [&'static str]] = {
        if L::VALUES.len() == L::NAMES.len() {
            append(&const { appended(L::VALUES, Ended::VALUES) }, L::VALUES.len())
        } else {
            &[]
        }
    };

    #[inline]
    fn index(&self) -> usize {
        self.labels.index() * Ended::VALUES.len() + self.outcome.index()
    }

    #[inline]
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        self.labels.with_values(|values| {
            let mut all = [""; MOST + 1];
            all[..values.len()].copy_from_slice(values);
            all[values.len()] = self.outcome.text();
            f(&all[..=values.len()])
        })
    }
}

impl LabelSet for NoLabels {
    type Of<'a> = Self;
    type Density = Dense;
    const NAMES: &'static [&'static str] = &[];
    const VALUES: &'static [&'static [&'static str]] = &[];

    #[inline]
    fn index(&self) -> usize {
        0
    }

    #[inline]
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R {
        f(&[])
    }
}

/// The list and one more behind it, and then whatever.
const fn appended<T: Copy>(list: &[T], last: T) -> [T; MOST + 1] {
    assert!(list.len() <= MOST, "an instrumented function has at most 31 labels of its own; take some out");
    let mut all = [last; MOST + 1];
    let mut i = 0;
    while i < list.len() {
        all[i] = list[i];
        i += 1;
    }
    all
}

const fn append<T>(all: &[T; MOST + 1], before: usize) -> &[T] {
    all.split_at(before + 1).0
}

/// What the user's labels cannot know: which ones the function has already.
#[track_caller]
pub const fn check_function_labels<L: LabelSet>() {
    let mut i = 0;
    while i < L::NAMES.len() {
        if equal(L::NAMES[i], OUTCOME) {
            panic!("label `outcome`: every instrumented function has it already; rename this one");
        }
        if equal(L::NAMES[i], "function") {
            panic!("label `function`: every instrumented function has it already; rename this one");
        }
        i += 1;
    }
}

const fn equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}
