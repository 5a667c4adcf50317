//! What dead processes leave: added up into one file.

mod build;

pub(super) use build::Build;
