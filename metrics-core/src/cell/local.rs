//! What a thread knows of its own arena.

use super::Cells;
use super::arena::Arena;
use super::memory::{CHUNK, CHUNK_BITS};
use super::pin::{Participant, Pin};
use super::range::Range;
use super::roster::Member;
use crate::sync::{AtomicPtr, AtomicU64, Ordering::*};
use std::cell::Cell;
use std::ptr::{NonNull, null};

/// A thread's part of [`Cells`]. Has no destructor, so that it can be used in all destructors of the thread.
pub(super) struct Local {
    /// The arena's first chunks, for the hot path: two loads less than by its table.
    near: [Cell<*const AtomicU64>; NEAR],
    /// The arena's table, for the others.
    chunks: Cell<*const AtomicPtr<AtomicU64>>,
    len: Cell<usize>,
    /// The participant, if it may pin without a fence; for the hot path.
    unfenced: Cell<*const Member<Participant>>,
    participant: Cell<*const Member<Participant>>,
    /// Null for a thread beyond the bound: it uses the shared arena.
    arena: Cell<*const Member<Arena>>,
    state: Cell<State>,
    /// Has [`Cells::leave`] called when the thread ends; says whether that will happen.
    at_exit: fn() -> bool,
}

/// Chunks whose addresses lie with the thread itself. They hold 131,072 cells, and take a kilobyte.
const NEAR: usize = if cfg!(loom) { 1 } else { 128 };

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    New,
    Live,
    /// In a first touch. A signal handler, or an allocator that counts itself, may come in here.
    Busy,
    Ended,
}

/// Where a thread may write a cell.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// Its own copy, by plain loads and stores.
    Own(NonNull<AtomicU64>),
    /// The copy of all threads without one, by read-modify-write.
    Shared(NonNull<AtomicU64>),
}

impl Local {
    pub(super) const fn new(at_exit: fn() -> bool) -> Self {
        Self {
            near: [const { Cell::new(null()) }; NEAR],
            chunks: Cell::new(null()),
            len: Cell::new(0),
            unfenced: Cell::new(null()),
            participant: Cell::new(null()),
            arena: Cell::new(null()),
            state: Cell::new(State::New),
            at_exit,
        }
    }

    /// This thread's copy of the range's first cell, if it has touched the chunk before.
    #[inline(always)]
    pub(super) fn own(&self, range: &Range) -> Option<NonNull<AtomicU64>> {
        self.own_at(range.chunk(), range.start())
    }

    /// This thread's copy of a cell, by its chunk and its place there, if it has touched the chunk before.
    #[inline(always)]
    pub(super) fn own_at(&self, index: usize, start: usize) -> Option<NonNull<AtomicU64>> {
        debug_assert!(start < CHUNK);
        let chunk = match self.near.get(index) {
            Some(chunk) => chunk.get(),
            None => {
                unlikely();
                self.far(index)
            }
        };
        let chunk = NonNull::new(chunk.cast_mut())?;
        // SAFETY: a range begins in its chunk, and so does what else callers take a place of.
        Some(in_one_register(unsafe { chunk.add(start) }))
    }

    #[inline(always)]
    fn far(&self, index: usize) -> *const AtomicU64 {
        if index >= self.len.get() {
            return null();
        }
        // SAFETY: `chunks` are `len` pointers. Relaxed: this thread stored them.
        unsafe { (*self.chunks.get().add(index)).load(Relaxed) }
    }

    fn forget(&self) {
        self.near.iter().for_each(|chunk| chunk.set(null()));
        self.chunks.set(null());
        self.len.set(0);
        self.unfenced.set(null());
    }

    pub(super) fn arena(&self) -> Option<&Member<Arena>> {
        // SAFETY: null, or a member of the roster, which is never freed.
        unsafe { self.arena.get().as_ref() }
    }

    pub(super) fn participant(&self) -> Option<&Member<Participant>> {
        // SAFETY: null, or a member of the roster, which is never freed.
        unsafe { self.participant.get().as_ref() }
    }
}

/// Has the compiler put what comes next out of the way.
#[cold]
#[inline]
pub(crate) fn unlikely() {}

/// Keeps the address in one register. `inc [rax + 8 * rdi]` takes 2 ns where it follows itself, `inc [rax]`
/// half a nanosecond: recent processors forward a store to the next load only for plain addresses.
#[inline(always)]
fn in_one_register(cell: NonNull<AtomicU64>) -> NonNull<AtomicU64> {
    #[cfg(all(target_arch = "x86_64", not(any(loom, miri))))]
    #[allow(clippy::pointers_in_nomem_asm_block, reason = "the block is empty")]
    {
        let mut address = cell.as_ptr();
        // SAFETY: no instruction; the address is what it was.
        unsafe {
            std::arch::asm!("/* {0} */", inout(reg) address, options(pure, nomem, nostack, preserves_flags));
            NonNull::new_unchecked(address)
        }
    }
    #[cfg(not(all(target_arch = "x86_64", not(any(loom, miri)))))]
    cell
}

impl Cells {
    /// Where this thread may write the cell, if [`Local::own`] does not know.
    #[cold]
    #[inline(never)]
    pub(super) fn touch(&self, local: &Local, id: u32) -> Place {
        self.touch_own(local, id).map_or_else(|| Place::Shared(self.touch_shared(id)), Place::Own)
    }

    fn touch_own(&self, local: &Local, id: u32) -> Option<NonNull<AtomicU64>> {
        self.join(local);
        if local.state.get() != State::Live {
            return None;
        }
        local.state.set(State::Busy);
        if local.arena.get().is_null() && self.arenas.may_give(self.arena_limit()) {
            self.adopt(local);
        }
        // SAFETY: this thread took the arena and has not given it back.
        let cell = local.arena().and_then(|arena| unsafe { arena.touch(id, &self.memory) });
        // Not for a thread without an arena, which comes here each time.
        if cell.is_some() {
            self.learn(local);
        }
        local.state.set(State::Live);
        cell
    }

    pub(super) fn touch_shared(&self, id: u32) -> NonNull<AtomicU64> {
        if let Some(chunk) = self.shared.chunk((id >> CHUNK_BITS) as usize) {
            // SAFETY: within the chunk. By the chunk's address, because the cells behind this one are used by it too.
            return unsafe { NonNull::from(chunk).cast::<AtomicU64>().add(id as usize % CHUNK) };
        }
        let _growing = crate::sync::lock(&self.shared_grows);
        // SAFETY: under the lock.
        unsafe { self.shared.touch(id, &self.memory) }.expect("out of memory for metrics")
    }

    fn adopt(&self, local: &Local) {
        let arena = self.arenas.take(self.arena_limit(), Arena::new);
        arena.inspect(|arena| arena.set_active());
        local.arena.set(arena.map_or(null(), std::ptr::from_ref));
    }

    fn arena_limit(&self) -> u64 {
        match self.arena_limit.load(Relaxed) {
            // A thread may come here before the limit is known: what any machine gets.
            super::UNKNOWN => super::MIN_ARENAS,
            limit => limit,
        }
    }

    fn learn(&self, local: &Local) {
        let (chunks, len) = local.arena().map_or((null(), 0), |arena| arena.parts());
        local.chunks.set(chunks);
        local.len.set(len);
        for (index, chunk) in local.near.iter().enumerate() {
            chunk.set(local.far(index));
        }
    }

    /// Makes the thread known, at its first touch or pin.
    fn join(&self, local: &Local) {
        if local.state.get() != State::New {
            return;
        }
        local.state.set(State::Busy);
        if !(local.at_exit)() {
            local.state.set(State::Ended);
            return;
        }
        let (participant, unfenced) = self.epochs.join();
        let participant = participant.map_or(null(), std::ptr::from_ref);
        local.participant.set(participant);
        if unfenced {
            local.unfenced.set(participant);
        }
        self.adopt(local);
        // An adopted arena's chunks are there already.
        self.learn(local);
        local.state.set(State::Live);
    }

    /// Gives everything back when the thread ends. What it counted stays in the arena, for the next owner
    /// to go on.
    pub(super) fn leave(&self, local: &Local) {
        local.state.set(State::Ended);
        local.forget();
        if let Some(arena) = local.arena() {
            self.arenas.give(arena);
        }
        if let Some(participant) = local.participant() {
            self.epochs.leave(participant);
        }
        local.arena.set(null());
        local.participant.set(null());
    }

    #[inline(always)]
    pub(super) fn pin(&self, local: &Local) -> Pin<'_> {
        // SAFETY: null, or a member of the roster, which is never freed.
        match unsafe { local.unfenced.get().as_ref() } {
            Some(participant) => self.epochs.pin_unfenced(participant),
            None => self.pin_slowly(local),
        }
    }

    /// A pin for a thread that has none, and may pin without a fence.
    #[inline(always)]
    pub(super) fn pin_first(&self, local: &Local) -> Option<Pin<'_>> {
        // SAFETY: null, or a member of the roster, which is never freed.
        self.epochs.pin_first(unsafe { local.unfenced.get().as_ref() }?)
    }

    #[cold]
    #[inline(never)]
    fn pin_slowly(&self, local: &Local) -> Pin<'_> {
        self.join(local);
        // SAFETY: null, or a member of the roster, which is never freed.
        self.epochs.pin_fenced(unsafe { local.participant.get().as_ref() })
    }
}
