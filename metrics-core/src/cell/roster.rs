//! Records that threads take when they begin and give back when they end.

use super::memory::allocate;
use crate::sync::{AtomicPtr, AtomicU64, Mutex, Ordering::*, const_fn, lock};
use std::ptr::null_mut;

/// Keeps every record ever made, for readers, and a list of the free ones, for the next thread.
///
/// The lock orders what the last owner wrote before what the next one reads: both use plain loads and
/// stores on the record's cells, so without it counts would be lost.
pub(super) struct Roster<T> {
    newest: AtomicPtr<Member<T>>,
    free: Mutex<Free<T>>,
    /// Length of the free list, and members in all, to be looked at without the lock.
    vacant: AtomicU64,
    made: AtomicU64,
}

/// On lines of its own: its owner writes to it all the time.
#[repr(align(128))]
pub(super) struct Member<T> {
    value: T,
    /// Made before this one. Never changes once the member is published.
    older: *const Self,
    /// Next in the free list; under its lock.
    next_free: AtomicPtr<Self>,
}

struct Free<T> {
    first: *mut Member<T>,
}

// SAFETY: the pointer is only a link to members, which are never freed, and is guarded by the lock.
unsafe impl<T: Sync> Send for Free<T> {}
// SAFETY: members are shared by reference and never freed; a value is `Sync`.
unsafe impl<T: Sync> Sync for Roster<T> {}
// SAFETY: the same.
unsafe impl<T: Sync> Send for Roster<T> {}

impl<T> Roster<T> {
    const_fn! {
        pub(super) const fn new() -> Self {
            Self {
                newest: AtomicPtr::new(null_mut()),
                free: Mutex::new(Free { first: null_mut() }),
                vacant: AtomicU64::new(0),
                made: AtomicU64::new(0),
            }
        }
    }

    /// A free record, else a new one while there are fewer than `limit`. `new` gets its number, from 1.
    /// Does not call the global allocator (but where the first use of a `Mutex` does, as on macOS).
    pub(super) fn take(&self, limit: u64, new: impl Fn(u32) -> T) -> Option<&Member<T>> {
        let mut free = lock(&self.free);
        if !free.first.is_null() {
            // SAFETY: members are never freed.
            let member = unsafe { &*free.first };
            free.first = member.next_free.load(Relaxed);
            self.vacant.store(self.vacant.load(Relaxed) - 1, Relaxed);
            return Some(member);
        }
        let made = self.made.load(Relaxed);
        if made >= limit {
            return None;
        }
        let older = self.newest.load(Relaxed);
        let number = u32::try_from(made + 1).ok()?;
        let member =
            allocate(1, || Member { value: new(number), older, next_free: AtomicPtr::new(null_mut()) })?.as_ptr();
        self.made.store(made + 1, Relaxed);
        self.newest.store(member, Release);
        // SAFETY: initialised just now, never freed.
        Some(unsafe { &*member })
    }

    /// Gives a record back. The caller does not touch it any more.
    pub(super) fn give(&self, member: &Member<T>) {
        let mut free = lock(&self.free);
        member.next_free.store(free.first, Relaxed);
        free.first = std::ptr::from_ref(member).cast_mut();
        self.vacant.store(self.vacant.load(Relaxed) + 1, Relaxed);
    }

    /// Takes a free record that `f` is true of.
    pub(super) fn take_free(&self, f: impl Fn(&T) -> bool) -> Option<&Member<T>> {
        let mut free = lock(&self.free);
        let mut before: Option<&Member<T>> = None;
        let mut next = free.first;
        loop {
            // SAFETY: null, or a member, which is never freed.
            let member = unsafe { next.as_ref() }?;
            let behind = member.next_free.load(Relaxed);
            if f(member) {
                match before {
                    None => free.first = behind,
                    Some(before) => before.next_free.store(behind, Relaxed),
                }
                self.vacant.store(self.vacant.load(Relaxed) - 1, Relaxed);
                return Some(member);
            }
            (before, next) = (Some(member), behind);
        }
    }

    /// Gives a record back that is to be taken after all others.
    pub(super) fn give_last(&self, member: &Member<T>) {
        let mut free = lock(&self.free);
        let this = std::ptr::from_ref(member).cast_mut();
        member.next_free.store(null_mut(), Relaxed);
        match free.iter().last() {
            Some(last) => last.next_free.store(this, Relaxed),
            None => free.first = this,
        }
        self.vacant.store(self.vacant.load(Relaxed) + 1, Relaxed);
    }

    /// Calls `f` with each free record, which nobody takes meanwhile.
    pub(super) fn for_each_free(&self, f: impl Fn(&T)) {
        lock(&self.free).iter().for_each(|member| f(member));
    }

    /// Records that somebody has.
    pub(super) fn taken(&self) -> u64 {
        self.made.load(Relaxed).saturating_sub(self.vacant.load(Relaxed))
    }

    /// Whether [`take`](Self::take) may give something; a hint.
    pub(super) fn may_give(&self, limit: u64) -> bool {
        self.vacant.load(Relaxed) > 0 || self.made.load(Relaxed) < limit
    }

    /// All records, used or free.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        let mut next = self.newest.load(Acquire).cast_const();
        std::iter::from_fn(move || {
            // SAFETY: null or a published member, which is never freed while the roster lives.
            let member = unsafe { next.as_ref() }?;
            next = member.older;
            Some(&member.value)
        })
    }
}

/// The list of the free ones, across a fork.
#[cfg(not(loom))]
pub(super) struct Held<'a, T> {
    roster: &'a Roster<T>,
    free: crate::sync::MutexGuard<'a, Free<T>>,
}

#[cfg(not(loom))]
impl<T> Roster<T> {
    pub(super) fn hold(&self) -> Held<'_, T> {
        Held { roster: self, free: lock(&self.free) }
    }

    fn members(&self) -> impl Iterator<Item = &Member<T>> {
        let mut next = self.newest.load(Acquire).cast_const();
        std::iter::from_fn(move || {
            // SAFETY: null or a published member, which is never freed while the roster lives.
            let member = unsafe { next.as_ref() }?;
            next = member.older;
            Some(member)
        })
    }
}

#[cfg(not(loom))]
impl<T> Held<'_, T> {
    /// Calls `f` with each record but this one.
    pub(super) fn for_each_but(&self, one: Option<&Member<T>>, f: impl Fn(&T)) {
        self.roster.members().filter(|member| !is_same(member, one)).for_each(|member| f(member));
    }

    /// Makes all records free but this one: who had them is gone.
    pub(super) fn keep_only(&mut self, one: Option<&Member<T>>) {
        let (mut vacant, roster) = (0, self.roster);
        self.free.first = null_mut();
        for member in roster.members().filter(|member| !is_same(member, one)) {
            member.next_free.store(self.free.first, Relaxed);
            self.free.first = std::ptr::from_ref(member).cast_mut();
            vacant += 1;
        }
        roster.vacant.store(vacant, Relaxed);
    }
}

#[cfg(not(loom))]
fn is_same<T>(a: &Member<T>, b: Option<&Member<T>>) -> bool {
    b.is_some_and(|b| std::ptr::eq(a, b))
}

impl<T> Free<T> {
    fn iter(&self) -> impl Iterator<Item = &Member<T>> {
        let mut next = self.first.cast_const();
        std::iter::from_fn(move || {
            // SAFETY: null, or a member, which is never freed.
            let member = unsafe { next.as_ref() }?;
            next = member.next_free.load(Relaxed);
            Some(member)
        })
    }
}

impl<T> std::ops::Deref for Member<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.value
    }
}
