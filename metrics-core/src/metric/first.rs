//! Which metrics were made first: what to say where there should be none yet.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Enough to tell where to look.
const MOST: usize = 8;

static NAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static IS_ENOUGH: AtomicBool = AtomicBool::new(false);

/// A metric of this name is made.
pub(super) fn note(name: &str) {
    if IS_ENOUGH.load(Relaxed) {
        return;
    }
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if names.len() < MOST {
        names.push(name.to_owned());
    } else {
        IS_ENOUGH.store(true, Relaxed);
    }
}

/// Metrics that were made first, those by hand aside, which have no name.
pub(crate) fn first_metrics() -> Vec<String> {
    NAMES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
