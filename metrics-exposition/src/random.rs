use std::hash::{BuildHasher, Hasher, RandomState};

/// Another number each time, in each process; no secret.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
