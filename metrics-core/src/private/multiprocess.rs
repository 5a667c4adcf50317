//! What the multiprocess mode of `metrics-exposition` needs.

pub use crate::cell::Shared;
pub use crate::metric::{FamilyRecord, Journal, Key, Name, NativeLabel, NativeRecord, NumberType, Place, SeriesRecord};
use crate::registry::Registry;

/// Cells of a chunk.
pub const CHUNK: usize = 1_024;
/// Cells of a word's line; on it, beside the value: when it was set last, and whether that is noted.
pub const LINE: usize = 16;
/// Of a word's line.
pub const IS_TIMED: usize = 2;

/// Has all cells lie in `memory` from now on, and all that the global registry has, now or later, be known there.
///
/// # Errors
/// If there are cells already: the names of metrics that were made first, as far as they have any.
pub fn share<M: Shared + Journal>(memory: &'static M) -> Result<(), Vec<String>> {
    if !crate::cell::share(memory) {
        return Err(crate::metric::first_metrics());
    }
    crate::metric::set_journal(memory);
    Ok(())
}

/// Tells the journal of all that the global registry has.
pub fn announce() {
    Registry::global().announce();
}

/// Before a fork: stops all cold paths, then, with [`hold_touches`], first touches too: whoever is in a cold path, or holds
/// a lock of the journal, may allocate, and the allocator may be counting. Then [`let_go`] in the parent, and
/// [`let_go_in_child`] in the child.
pub fn hold() {
    crate::cell::hold();
    crate::metric::hold_exemplars();
}

/// See [`hold`].
pub fn hold_touches() {
    crate::cell::hold_touches();
}

/// See [`hold`].
pub fn let_go() {
    crate::metric::let_go_of_exemplars();
    crate::cell::let_go();
}

/// See [`hold`]. Nothing but system calls is done.
pub fn let_go_in_child() {
    crate::metric::let_go_of_exemplars();
    crate::cell::let_go_in_child();
}
