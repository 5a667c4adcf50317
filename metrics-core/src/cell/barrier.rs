//! The fence between a pin and what it protects.
//!
//! A pin happens at each lookup, a reaper's look at the pins almost never. So on Linux the reaper pays for
//! both: `membarrier(2)` makes every thread of the process execute a full fence, and the pin needs only to
//! keep the compiler from reordering. Where the call is refused (old kernel, seccomp filter) or does not
//! exist, and on processors where this was not measured, both sides execute a fence.
//!
//! Where it is refused only after the first pins (a service that locks itself up), nothing is freed any more: no other
//! call fences the pins that are there. `mprotect` interrupts all threads by the way, but not where the kernel flushes
//! their TLBs by broadcast (AMD's INVLPGB).

#[cfg(all(target_os = "linux", target_arch = "x86_64", not(any(loom, miri))))]
mod system {
    /// Asks the kernel to allow fences on demand. Fails at once where it cannot.
    pub(in crate::cell) fn register() -> bool {
        call(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    }

    /// A fence in every thread of this process.
    pub(in crate::cell) fn everywhere() -> bool {
        call(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }

    fn call(command: libc::c_int) -> bool {
        // SAFETY: the call takes no pointers.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
    }
}

#[cfg(all(not(all(target_os = "linux", target_arch = "x86_64", not(miri))), not(loom)))]
mod system {
    pub(in crate::cell) fn register() -> bool {
        false
    }

    pub(in crate::cell) fn everywhere() -> bool {
        false
    }
}

/// In a model, a thread that pins says where the kernel may interrupt it for a fence. That is fewer places than there
/// are: a model finds faults between them, and says nothing of the others.
#[cfg(loom)]
mod system {
    use crate::sync::{AtomicU64, Ordering::*, fence};
    use std::cell::Cell;

    thread_local! {
        /// All threads of a model run on one of the system's.
        static IS_ALLOWED: Cell<bool> = const { Cell::new(false) };
    }

    loom::lazy_static! {
        static ref ASKED: AtomicU64 = AtomicU64::new(0);
        static ref DONE: AtomicU64 = AtomicU64::new(0);
    }

    pub(in crate::cell) fn allow(allowed: bool) {
        IS_ALLOWED.set(allowed);
    }

    pub(in crate::cell) fn register() -> bool {
        IS_ALLOWED.get()
    }

    /// Of a model in which one other thread pins.
    pub(in crate::cell) fn everywhere() -> bool {
        ASKED.store(1, Relaxed);
        fence(SeqCst);
        while DONE.load(Relaxed) == 0 {
            loom::thread::yield_now();
        }
        fence(SeqCst);
        true
    }

    /// The kernel may interrupt this thread here.
    pub(in crate::cell) fn here() {
        if ASKED.load(Relaxed) == 1 && DONE.load(Relaxed) == 0 {
            fence(SeqCst);
            DONE.store(1, Relaxed);
        }
    }

    /// This thread does not run any more.
    pub(in crate::cell) fn ended() {
        fence(SeqCst);
        DONE.store(1, Relaxed);
    }
}

/// Where a pin begins: keeps the compiler from moving what follows before it. The other half of [`everywhere`].
#[inline(always)]
pub(super) fn here() {
    #[cfg(loom)]
    system::here();
    #[cfg(not(loom))]
    std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

#[cfg(loom)]
pub(super) use system::{allow, ended};
pub(super) use system::{everywhere, register};
