//! The family that a function has of its own.

use super::labels::Ending;
use super::outcome::Ended;
use crate::label::LabelSet;
use crate::metric::{Family, Histogram, Instrument, Part, Spec, Storage};
use crate::model::{FamilyField, Field, Kind, LabelText, Location, OfType, Options, Scope, Unit};
use std::any::type_name;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// The family of one instrumented function, with the labels `L` and `outcome`.
pub struct Function<L: LabelSet<Density: Storage>> {
    field: &'static Field,
    family: OnceLock<Family<Ending<L>, Histogram>>,
}

/// Describes the family of a function, without what its options say.
pub const fn function_field<L: LabelSet>(
    name: &'static str,
    help: &'static str,
    const_labels: &'static [(&'static str, LabelText)],
    location: Location,
) -> Field {
    Field::Family(FamilyField {
        name,
        help,
        kind: Kind::Histogram,
        label_names: Ending::<L>::NAMES,
        label_values: Ending::<L>::VALUES,
        options: Options { unit: Some(Unit::Seconds), const_labels, ..Options::NONE },
        location,
        of_type: OfType::NONE,
    })
}

impl<L: LabelSet<Density: Storage> + 'static> Function<L> {
    /// A function that has not been called.
    pub const fn new(fields: &'static [Field]) -> Self {
        Self { field: &fields[0], family: OnceLock::new() }
    }

    /// What the global registry reads.
    pub fn visit(&'static self, visit: &mut dyn FnMut(Option<Part<'static>>)) {
        visit(Some(Part::new(self.family(), 0)));
    }

    /// A call has ended.
    pub fn observe<'a>(&self, labels: L::Of<'a>, outcome: Ended, elapsed: Duration)
    where
        L::Of<'a>: LabelSet,
    {
        // Not `family()`, so that nothing is saved for the sake of its first call.
        match self.family.get() {
            Some(family) => family.with(&Ending { labels, outcome }).observe_sampled(elapsed),
            None => self.observe_first(labels, outcome, elapsed),
        }
    }

    #[cold]
    #[inline(never)]
    fn observe_first<'a>(&self, labels: L::Of<'a>, outcome: Ended, elapsed: Duration)
    where
        L::Of<'a>: LabelSet,
    {
        self.family().with(&Ending { labels, outcome }).observe_sampled(elapsed);
    }

    fn family(&self) -> &Family<Ending<L>, Histogram> {
        self.family.get_or_init(|| Spec::build_field(self.field.family(), &Scope::ROOT, Instrument::build))
    }
}

impl<L: LabelSet<Density: Storage>> fmt::Debug for Function<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("field", &self.field).field("family", &self.family).finish()
    }
}

/// The path of the function in whose body `marker` is defined: `shop::Cart::checkout`. Unlike
/// `module_path!` it tells methods of one name and different types apart.
pub fn function_name<M>(_marker: M) -> &'static str {
    let path = type_name::<M>();
    let mut path = path.rsplit_once("::").map_or(path, |(function, _)| function);
    // What an async function does, it does in a closure.
    while let Some(function) = path.strip_suffix("::{{closure}}") {
        path = function;
    }
    path
}
