//! What `#[derive(Metrics)]` says of a struct: constant data, and how to make and walk an instance.

use crate::metric::Collect;
use crate::model::{Kind, Location, Unit};
use crate::registry::{RegisterError, Registry};
use std::sync::Arc;

/// A struct of metrics. Derive it; see [`derive@crate::Metrics`].
///
/// The derive adds an inherent `global()` that returns the one instance that the
/// [global registry](Registry::global) exposes. Everything else is here, so that it cannot clash with
/// methods of your own.
///
/// ```
/// use metrics_core::{Counter, Metrics, Registry};
///
/// #[derive(Metrics)]
/// struct Jobs {
///     /// Jobs done.
///     done: Counter,
/// }
///
/// // An instance of its own, for a test or a registry of your own:
/// let registry = Registry::new();
/// let jobs = Jobs::register_in(&registry)?;
/// jobs.done.inc();
/// # Ok::<(), metrics_core::RegisterError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no struct of metrics",
    label = "needs `#[derive(Metrics)]`",
    note = "a metric type (`Counter`, `Gauge`, `Histogram`, `Family<…>`) is a plain field, without `group`"
)]
pub trait Metrics: Send + Sync + Sized + 'static {
    /// What every name begins with; empty: nothing.
    const PREFIX: &'static str;
    /// Labels that every series carries.
    const CONST_LABELS: &'static [(&'static str, LabelText)];
    /// The fields that are metrics or groups of metrics, in the order in which they stand.
    const FIELDS: &'static [Field];

    /// Makes an instance, below the prefixes of `scope`. Called by the derives; use [`new`](Self::new).
    fn build(scope: &Scope<'_>) -> Self;

    /// Calls `visit` with each metric in the order of [`FIELDS`](Self::FIELDS), groups flattened; with
    /// `None` for an optional one that is absent.
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Option<&'a dyn Collect>));

    /// An instance that no registry exposes.
    fn new() -> Self {
        Self::build(&Scope::ROOT)
    }

    /// A new instance that `registry` exposes.
    ///
    /// # Errors
    /// If one of its names is taken in that registry.
    #[track_caller]
    fn register_in(registry: &Registry) -> Result<Arc<Self>, RegisterError> {
        let metrics = Arc::new(Self::new());
        registry.register_metrics(Arc::clone(&metrics))?;
        Ok(metrics)
    }
}

/// One field of a [`Metrics`] struct.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// A metric.
    Family(FamilyField),
    /// A nested struct of metrics.
    Group(GroupField),
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
    /// What its attributes say.
    pub options: Options,
    /// The field.
    pub location: Location,
}

/// What attributes of a metric field can say. Which of them fit which type is checked by marker traits.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// `unit = Seconds`.
    pub unit: Option<Unit>,
    /// `buckets = […]`.
    pub buckets: Option<&'static [f64]>,
    /// `const_labels(k = "v")`.
    pub const_labels: &'static [(&'static str, LabelText)],
    /// `preset`: every series of a dense family exists, at zero, from the start.
    pub preset: bool,
}

impl Options {
    /// No attribute at all.
    pub const NONE: Self = Self { unit: None, buckets: None, const_labels: &[], preset: false };
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
    /// The nested struct's fields.
    pub fields: &'static [Field],
    /// The field.
    pub location: Location,
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
    outer: Option<&'a Scope<'a>>,
}

impl Scope<'static> {
    /// Outside of all groups.
    pub const ROOT: Self = Self { prefix: "", outer: None };
}

impl<'a> Scope<'a> {
    /// One level further in.
    pub const fn enter<'b>(&'b self, prefix: &'b str) -> Scope<'b>
    where
        'a: 'b,
    {
        Scope { prefix, outer: Some(self) }
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

impl FamilyField {
    /// The family's whole name below `scope`.
    pub(crate) fn full_name(&self, scope: &Scope<'_>) -> String {
        let mut name = String::new();
        scope.write(&mut name);
        name.push_str(crate::name::family_name(self.name, self.kind == Kind::Counter));
        if let Some(unit) = self.options.unit {
            append_unit(&mut name, unit);
        }
        name
    }
}

/// Appends `_unit`, unless it is there already.
pub(crate) fn append_unit(name: &mut String, unit: Unit) {
    if !crate::name::has_unit(name, unit.as_str()) {
        name.push('_');
        name.push_str(unit.as_str());
    }
}
