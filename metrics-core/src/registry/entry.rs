//! Where the derives put what they generate, for the global registry to find.

use super::Source;
use crate::model::Location;
use std::fmt;

/// One derived struct or instrumented function of the program.
///
/// Entries of all crates lie in one linker section. Its name carries a version, because two sections of
/// one name make linkme panic, and two versions of this crate may meet in one program.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Entry {
    /// Of this layout: [`Entry::ABI`].
    pub abi: u32,
    /// `CARGO_CRATE_NAME` of the crate that defines it.
    pub crate_name: &'static str,
    /// Name of the struct or function.
    pub name: &'static str,
    /// Where it stands.
    pub location: Location,
    /// Its instance, made at the first call.
    pub source: fn() -> Box<dyn Source>,
}

impl Entry {
    /// The layout's number. An entry with another one is reported, not read.
    pub const ABI: u32 = 1;
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{} ({})", self.crate_name, self.name, self.location)
    }
}

/// Everything that the linker gathered.
#[cfg(not(target_family = "wasm"))]
#[linkme::distributed_slice]
pub static __METRICS_CORE_V1_ENTRIES: [Entry];

#[cfg(not(target_family = "wasm"))]
pub(crate) fn entries() -> &'static [Entry] {
    &__METRICS_CORE_V1_ENTRIES
}

/// linkme has no wasm: metrics are registered by `register_in` there.
#[cfg(target_family = "wasm")]
pub(crate) fn entries() -> &'static [Entry] {
    &[]
}

/// Puts an [`Entry`] into the slice. The only place that knows that some targets have none.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($entry:expr) => {
        const _: () = {
            #[$crate::private::linkme::distributed_slice($crate::private::ENTRIES)]
            #[linkme(crate = $crate::private::linkme)]
            static ENTRY: $crate::private::Entry = $entry;
        };
    };
}

#[cfg(target_family = "wasm")]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($entry:expr) => {
        const _: $crate::private::Entry = $entry;
    };
}

/// Keeps a dependency's metrics in the program.
///
/// The linker drops a crate that the program never names, and its metrics with it. Naming it here keeps
/// it. To find out at start that one was forgotten, see
/// [`Registry::require_crates`](crate::Registry::require_crates).
///
/// ```
/// // For a dependency `payments` whose metrics you want, though you call nothing of it:
/// // metrics_core::link!(payments);
/// metrics_core::link!(metrics_core);
/// ```
#[macro_export]
macro_rules! link {
    ($($krate:ident),+ $(,)?) => {
        $(
            #[allow(unused_imports, clippy::single_component_path_imports)]
            use ::$krate as _;
        )+
    };
}
