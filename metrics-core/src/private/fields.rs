//! What the type of a field does, of which an expansion knows only the name.
//!
//! rustc looks at that name once, where the field is described. How it is made and visited is data of the description
//! from then on, so that the code of a struct is two calls, whose arguments are numbers and references: types cost the
//! compiler more than anything else of an expansion does, and errors about them are said by one place only.

use crate::metric::{Instrument, Part, Spec};
use crate::model::{FamilyField, Field, GroupField, Kind, LabelText, Location, OfType, Options, Scope};
use crate::registry::Metrics;
use std::any::Any;

/// A type as an [`Instrument`]. Nothing here asks for that trait but [`instrument`].
#[derive(Clone, Copy, Debug)]
pub struct InstrumentType {
    kind: Kind,
    label_names: &'static [&'static str],
    label_values: &'static [&'static [&'static str]],
    functions: &'static InstrumentFunctions,
}

#[derive(Debug)]
struct InstrumentFunctions {
    /// Puts one into an `Option` of the type.
    build: fn(&Spec<'_>, &mut dyn Any),
    /// See [`Instrument::present`].
    present: for<'a> fn(&'a dyn Any) -> Option<Part<'a>>,
}

/// The type of a field. Asserts, on its span, that it is a metric.
pub const fn instrument<I: Instrument>() -> InstrumentType {
    InstrumentType {
        kind: I::KIND,
        label_names: I::LABEL_NAMES,
        label_values: I::LABEL_VALUES,
        functions: &const { InstrumentFunctions { build: build_instrument::<I>, present: present::<I> } },
    }
}

impl InstrumentType {
    /// A field of this type, where this is called, without options.
    #[track_caller]
    pub const fn field(self, name: &'static str, help: &'static str) -> Field {
        let Self { kind, label_names, label_values, functions } = self;
        Field::Family(FamilyField {
            name,
            help,
            kind,
            label_names,
            label_values,
            options: Options::NONE,
            location: Location::caller(),
            of_type: OfType::new(functions),
        })
    }
}

fn build_instrument<I: Instrument>(spec: &Spec<'_>, out: &mut dyn Any) {
    if let Some(out) = out.downcast_mut() {
        *out = Some(I::build(spec));
    }
}

fn present<I: Instrument>(metric: &dyn Any) -> Option<Part<'_>> {
    let metric: &I = metric.downcast_ref()?;
    metric.present().map(|metric| Part::new(metric, 0))
}

/// A type as a struct of [`Metrics`]. Nothing here asks for that trait but [`group`].
#[derive(Clone, Copy, Debug)]
pub struct GroupType {
    prefix: &'static str,
    const_labels: &'static [(&'static str, LabelText)],
    fields: &'static [Field],
    functions: &'static GroupFunctions,
}

#[derive(Debug)]
struct GroupFunctions {
    /// Puts one into an `Option` of the type.
    build: fn(&Scope<'_>, &mut dyn Any),
    /// See [`Metrics::visit`].
    visit: for<'a, 'f> fn(&'a dyn Any, &'f mut Visit<'a, 'f>),
}

type Visit<'a, 'f> = dyn FnMut(Option<Part<'a>>) + 'f;

/// The type of a group. Asserts, on its span, that it is a struct of metrics.
pub const fn group<G: Metrics>() -> GroupType {
    GroupType {
        prefix: G::PREFIX,
        const_labels: G::CONST_LABELS,
        fields: G::FIELDS,
        functions: &const { GroupFunctions { build: build_group::<G>, visit: visit_group::<G> } },
    }
}

impl GroupType {
    /// A field of this type, where this is called, without options.
    #[track_caller]
    pub const fn field(self, prefix: &'static str) -> Field {
        Field::Group(GroupField {
            prefix,
            inner_prefix: self.prefix,
            const_labels: &[],
            inner_const_labels: self.const_labels,
            label_names: &[],
            label_values: &[],
            fields: self.fields,
            options: Options::NONE,
            location: Location::caller(),
            of_type: OfType::new(self.functions),
        })
    }
}

fn build_group<G: Metrics>(scope: &Scope<'_>, out: &mut dyn Any) {
    if let Some(out) = out.downcast_mut() {
        *out = Some(G::build(scope));
    }
}

fn visit_group<'a, G: Metrics>(group: &'a dyn Any, visit: &mut Visit<'a, '_>) {
    if let Some(group) = group.downcast_ref::<G>() {
        group.visit(visit);
    }
}

/// Makes the fields of a struct.
#[derive(Debug)]
pub struct Builder<'a> {
    fields: &'static [Field],
    scope: Scope<'a>,
}

impl<'a> Builder<'a> {
    /// Of a struct in this scope, with this prefix.
    pub const fn new(fields: &'static [Field], scope: &'a Scope<'a>, prefix: &'a str) -> Self {
        Self { fields, scope: scope.enter(prefix) }
    }

    fn build(&self, at: usize, out: &mut dyn Any) {
        match &self.fields[at] {
            Field::Family(field) => {
                let InstrumentFunctions { build, .. } = field.of_type.functions();
                Spec::build_field(field, &self.scope, |spec| build(spec, out));
            }
            Field::Group(field) => {
                let GroupFunctions { build, .. } = field.of_type.functions();
                build(&self.scope.enter(field.prefix).with_options(&field.options), out);
            }
        }
    }
}

/// Makes field number `at`, which has the type that it was described by.
pub fn build<T: 'static>(builder: &Builder<'_>, at: usize) -> T {
    let mut out = None;
    builder.build(at, &mut out);
    match out {
        Some(field) => field,
        None => is_of_other_type(),
    }
}

#[cold]
fn is_of_other_type() -> ! {
    panic!("a field has the type that it was described by")
}

/// Visits a struct, of whose fields these are references; see [`Metrics::visit`].
pub fn visit<'a>(fields: &[Field], references: &[&'a dyn Any], visit: &mut dyn FnMut(Option<Part<'a>>)) {
    for (field, reference) in fields.iter().zip(references) {
        match field {
            Field::Family(field) => {
                let InstrumentFunctions { present, .. } = field.of_type.functions();
                visit(present(*reference));
            }
            Field::Group(field) => {
                let GroupFunctions { visit: visit_group, .. } = field.of_type.functions();
                visit_group(*reference, visit);
            }
        }
    }
}
