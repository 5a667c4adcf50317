//! What a derive says of a struct, as constant data.

use super::{GaugeMode, Kind, Location, NativeOptions, Rule, Rules, Unit};
use std::any::Any;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

/// One field of a [`Metrics`](crate::Metrics) struct.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// A metric.
    Family(FamilyField),
    /// A nested struct of metrics.
    Group(GroupField),
}

/// One line of an expansion for each attribute. What does not fit was refused before.
impl Field {
    /// `unit = Seconds`.
    #[must_use]
    pub const fn unit(self, unit: Unit) -> Self {
        self.with(Options { unit: Some(unit), ..self.options() })
    }

    /// `buckets = […]`.
    #[must_use]
    pub const fn buckets(self, bounds: &'static [f64]) -> Self {
        self.with(Options { buckets: Some(bounds), ..self.options() })
    }

    /// `quantiles = […]`.
    #[must_use]
    pub const fn quantiles(self, quantiles: &'static [f64]) -> Self {
        self.with(Options { quantiles: Some(quantiles), ..self.options() })
    }

    /// `native`, or `native = …`.
    #[must_use]
    pub const fn native(self, native: NativeOptions) -> Self {
        self.with(Options { native: Some(native), ..self.options() })
    }

    /// `max_series = 500`, or `off`, which is `usize::MAX`.
    #[must_use]
    pub const fn max_series(self, max_series: usize) -> Self {
        self.with(Options { max_series: Some(max_series), ..self.options() })
    }

    /// `ttl_seconds = 600`.
    #[must_use]
    pub const fn ttl(self, ttl: Duration) -> Self {
        self.with(Options { ttl: Some(ttl), ..self.options() })
    }

    /// `multiprocess = "livesum"`.
    #[must_use]
    pub const fn multiprocess(self, mode: GaugeMode) -> Self {
        self.with(Options { multiprocess: Some(mode), ..self.options() })
    }

    /// `preset`.
    #[must_use]
    pub const fn preset(self) -> Self {
        self.with(Options { preset: true, ..self.options() })
    }

    /// `const_labels(k = "v")`.
    #[must_use]
    pub const fn const_labels(self, const_labels: &'static [(&'static str, LabelText)]) -> Self {
        match self {
            Self::Family(_) => self.with(Options { const_labels, ..self.options() }),
            Self::Group(group) => Self::Group(GroupField { const_labels, ..group }),
        }
    }

    /// `allow(camel_case)`, of the field or its struct.
    #[must_use]
    pub const fn allow(self, rules: &[Rule]) -> Self {
        self.with(Options { allow: Rules::of(rules), ..self.options() })
    }

    /// What a metric field is.
    ///
    /// # Panics
    /// If it is a group.
    pub(crate) const fn family(&self) -> &FamilyField {
        match self {
            Self::Family(family) => family,
            Self::Group(_) => panic!("this field is a group"),
        }
    }

    const fn options(self) -> Options {
        match self {
            Self::Family(family) => family.options,
            Self::Group(group) => group.options,
        }
    }

    const fn with(self, options: Options) -> Self {
        match self {
            Self::Family(family) => Self::Family(FamilyField { options, ..family }),
            Self::Group(group) => Self::Group(GroupField { options, ..group }),
        }
    }
}

/// A metric field, as its derive found it.
#[derive(Clone, Copy, Debug)]
pub struct FamilyField {
    /// The field's name or what `rename` says; prefixes and unit come to it.
    pub name: &'static str,
    /// The doc comment.
    pub help: &'static str,
    /// By the field's type.
    pub kind: Kind,
    /// By the field's type, empty if it is no [`Family`](crate::Family).
    pub label_names: &'static [&'static str],
    /// By the field's type: what each label can be, empty if one of them can be anything.
    pub label_values: &'static [&'static [&'static str]],
    /// What its attributes say.
    pub options: Options,
    /// The field.
    pub location: Location,
    /// What its type does.
    pub(crate) of_type: OfType,
}

/// What attributes of a metric field can say. Which of them fit which type is checked by marker traits.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// `unit = Seconds`.
    pub unit: Option<Unit>,
    /// `buckets = […]`.
    pub buckets: Option<&'static [f64]>,
    /// `quantiles = […]`.
    pub quantiles: Option<&'static [f64]>,
    /// `native`, or `native = …`. Then there are no classic buckets but those of `buckets`.
    pub native: Option<NativeOptions>,
    /// `const_labels(k = "v")`.
    pub const_labels: &'static [(&'static str, LabelText)],
    /// `max_series = 500`: the most series of a family; `off`, which is `usize::MAX`: any number of them. Of a dense
    /// family it is the budget that its derive checks.
    pub max_series: Option<usize>,
    /// `ttl_seconds = 600`: how long a series of a family stays that nothing changes.
    pub ttl: Option<Duration>,
    /// `multiprocess = "livesum"`: of a gauge, what several processes' values become.
    pub multiprocess: Option<GaugeMode>,
    /// `preset`: every series of a dense family exists, at zero, from the start.
    pub preset: bool,
    /// `allow(camel_case)`, of the field or its struct.
    pub allow: Rules,
}

impl Options {
    /// No attribute at all.
    pub const NONE: Self = Self {
        unit: None,
        buckets: None,
        quantiles: None,
        native: None,
        const_labels: &[],
        max_series: None,
        ttl: None,
        multiprocess: None,
        preset: false,
        allow: Rules::NONE,
    };
}

/// A field marked `#[metric(group)]`.
#[derive(Clone, Copy, Debug)]
pub struct GroupField {
    /// `prefix = "…"` of the field; empty: none.
    pub prefix: &'static str,
    /// The nested struct's own prefix.
    pub inner_prefix: &'static str,
    /// `const_labels(…)` of the field.
    pub const_labels: &'static [(&'static str, LabelText)],
    /// The nested struct's own constant labels.
    pub inner_const_labels: &'static [(&'static str, LabelText)],
    /// Labels that all series in the group have before their own: of a family of groups.
    pub label_names: &'static [&'static str],
    /// What each of them can be, empty if one of them can be anything.
    pub label_values: &'static [&'static [&'static str]],
    /// The nested struct's fields.
    pub fields: &'static [Field],
    /// What its attributes say of the series of a family of groups, and of the names in it.
    pub options: Options,
    /// The field.
    pub location: Location,
    /// What its type does.
    pub(crate) of_type: OfType,
}

/// What the type of a field does. Opaque here, where no metrics are known: who makes it knows what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfType(&'static (dyn Any + Send + Sync));

// Constants, by which nothing can be left half done.
impl UnwindSafe for OfType {}
impl RefUnwindSafe for OfType {}

impl OfType {
    /// Nobody asks for it.
    pub(crate) const NONE: Self = Self(&());

    pub(crate) const fn new(functions: &'static (dyn Any + Send + Sync)) -> Self {
        Self(functions)
    }

    /// The functions.
    ///
    /// # Panics
    /// If they are no `F`.
    pub(crate) fn functions<F: 'static>(self) -> &'static F {
        self.0.downcast_ref().expect("whoever describes a field says what its type does")
    }
}

/// The value of a constant label.
#[derive(Clone, Copy, Debug)]
pub enum LabelText {
    /// Written in the source.
    Static(&'static str),
    /// Known once the program runs.
    Computed(fn() -> &'static str),
}

impl LabelText {
    /// The value.
    pub fn text(self) -> &'static str {
        match self {
            Self::Static(text) => text,
            Self::Computed(text) => text(),
        }
    }
}

/// Where in a tree of groups an instance is made.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    prefix: &'a str,
    options: &'a Options,
    outer: Option<&'a Self>,
}

impl Scope<'static> {
    /// Outside of all groups.
    pub const ROOT: Self = Self { prefix: "", options: &Options::NONE, outer: None };
}

impl<'a> Scope<'a> {
    /// One level further in.
    pub const fn enter<'b>(&'b self, prefix: &'b str) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { prefix, options: &Options::NONE, outer: Some(self) }
    }

    /// The same place, for a group with these options.
    pub const fn with_options(&self, options: &'a Options) -> Self {
        Self { options, ..*self }
    }

    /// Of the group that is made here.
    pub(crate) const fn options(&self) -> &'a Options {
        self.options
    }

    /// All prefixes as one, without the last `_`.
    pub(crate) fn prefix(&self) -> String {
        let mut prefix = String::new();
        self.write(&mut prefix);
        prefix.pop();
        prefix
    }

    /// Appends the prefixes to `name`, each with `_` behind it.
    pub(crate) fn write(&self, name: &mut String) {
        if let Some(outer) = self.outer {
            outer.write(name);
        }
        if !self.prefix.is_empty() {
            name.push_str(self.prefix);
            name.push('_');
        }
    }
}
