//! Where the derives put what they generate, for the global registry to find.

pub use super::source::Described;
use super::source::{Source, VisitGlobal, global};
use crate::model::Location;
use metrics_core_entries::{Element, all};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The version of this copy of the crate.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One derived struct or instrumented function of the program.
#[derive(Clone, Copy)]
pub struct Entry {
    /// `CARGO_CRATE_NAME` of the crate that defines it.
    pub crate_name: &'static str,
    /// Name of the struct or function.
    pub name: &'static str,
    /// Where it stands.
    pub location: Location,
    /// Its families.
    pub described: Described,
    /// Visits its instance, which is made at the first call.
    pub visit: VisitGlobal,
}

impl Entry {
    /// Its instance, made at the first call.
    pub(super) fn source(&self) -> Arc<dyn Source> {
        global(self.described, self.visit)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{} ({})", self.crate_name, self.name, self.location)
    }
}

/// Everything that the linker gathered for this copy of the crate.
pub(super) fn entries() -> impl Iterator<Item = &'static Entry> {
    all().iter().filter_map(Element::entry)
}

/// What it gathered for others: their versions, and the crates that have metrics there.
pub(crate) fn others() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut others: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for element in all().iter().filter(|element| element.entry::<Entry>().is_none()) {
        let crates = others.entry(element.version()).or_default();
        // Each copy has an entry of its own.
        if element.crate_name() != env!("CARGO_CRATE_NAME") {
            crates.insert(element.crate_name());
        }
    }
    others
}

/// Puts an [`Entry`] where the global registry finds it.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    ($entry:expr) => {
        const _: () = {
            static ENTRY: $crate::private::Entry = $entry;
            $crate::private::element!($crate::private::Element::new(
                $crate::private::VERSION,
                ENTRY.crate_name,
                &ENTRY
            ));
        };
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
