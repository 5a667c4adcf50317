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

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(any(loom, miri)))))]
mod system {
    pub(in crate::cell) fn register() -> bool {
        false
    }

    pub(in crate::cell) fn everywhere() -> bool {
        false
    }
}

pub(super) use system::{everywhere, register};
