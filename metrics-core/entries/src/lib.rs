//! Where every copy of `metrics-core` in a program puts what its derives generate. Not to be used alone.
//!
//! Two versions of `metrics-core` have types and registries of their own, so that neither can show the metrics of
//! the other. Both have this crate, which cargo gives them once: so each finds its own elements here, and those of
//! others, which it reports.
//!
//! That is what it promises: it stays at version 1, and only grows.

use std::any::Any;
use std::fmt;

/// One derived struct or instrumented function, as all copies see it.
#[derive(Clone, Copy)]
pub struct Element {
    version: &'static str,
    crate_name: &'static str,
    entry: &'static (dyn Any + Send + Sync),
}

impl Element {
    /// An element of `metrics-core` in this version, for a crate; what is in `entry`, that copy alone knows.
    ///
    /// ```
    /// static ENTRY: &str = "what this program knows";
    /// metrics_core_entries::element!(metrics_core_entries::Element::new("0.1.0", "payments", &ENTRY));
    ///
    /// let [element] = metrics_core_entries::all() else { panic!("one was put here") };
    /// assert_eq!((element.version(), element.crate_name()), ("0.1.0", "payments"));
    /// assert_eq!(element.entry::<&str>(), Some(&"what this program knows"));
    /// assert_eq!(element.entry::<u32>(), None);
    /// ```
    pub const fn new(version: &'static str, crate_name: &'static str, entry: &'static (dyn Any + Send + Sync)) -> Self {
        Self { version, crate_name, entry }
    }

    /// The version of the `metrics-core` that it belongs to.
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// `CARGO_CRATE_NAME` of the crate that has the struct or function.
    pub const fn crate_name(&self) -> &'static str {
        self.crate_name
    }

    /// What the copy knows whose type `E` is: copies have no type in common, even of one version.
    pub fn entry<E: 'static>(&self) -> Option<&'static E> {
        self.entry.downcast_ref()
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (metrics-core {})", self.crate_name, self.version)
    }
}

/// All elements that the linker gathered, in no order. None on wasm, which linkme does not have.
pub fn all() -> &'static [Element] {
    linked::all()
}

#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[allow(unsafe_code, reason = "linkme names a linker section, which the lint counts as unsafe")]
pub mod linked {
    use super::Element;

    pub use linkme;

    #[linkme::distributed_slice]
    pub static METRICS_CORE_ENTRIES: [Element];

    pub(super) fn all() -> &'static [Element] {
        &METRICS_CORE_ENTRIES
    }
}

#[cfg(target_family = "wasm")]
mod linked {
    use super::Element;

    pub(super) fn all() -> &'static [Element] {
        &[]
    }
}

/// Puts an [`Element`], a constant, where [`all`] finds it. The only place that knows that some targets have none.
#[cfg(not(target_family = "wasm"))]
#[macro_export]
macro_rules! element {
    ($element:expr) => {
        const _: () = {
            #[$crate::linked::linkme::distributed_slice($crate::linked::METRICS_CORE_ENTRIES)]
            #[linkme(crate = $crate::linked::linkme)]
            static ELEMENT: $crate::Element = $element;
        };
    };
}

/// Puts an [`Element`], a constant, where [`all`] finds it. The only place that knows that some targets have none.
#[cfg(target_family = "wasm")]
#[macro_export]
macro_rules! element {
    ($element:expr) => {
        const _: $crate::Element = $element;
    };
}
