//! Expansions must compile here: under another name of the library, with the prelude's names taken, with
//! unsafe code forbidden and with every lint a careful user may have switched on.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    elided_lifetimes_in_paths,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    redundant_imports,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
// A nursery lint about functions that may be const some day, and here are mostly instrumented ones.
#![allow(clippy::missing_const_for_fn)]

pub mod lints;
#[allow(missing_docs, clippy::all, clippy::pedantic, clippy::nursery)]
pub mod prelude;
