use super::Metrics;
use crate::metric::{Cursor, Name, Part, Points, bounds_of};
use crate::model::{Desc, FamilyField, Field, GaugeMode, Kind, LabelText, Labels, MetricFamily, Options, Scope};
use std::borrow::Cow;
use std::sync::Arc;

/// Something that gives families to a registry.
pub trait Source: Send + Sync {
    /// The families, asked for once, when it is registered.
    fn families(&self) -> Vec<SourceFamily>;

    /// Gives some thousand points at most of family number `family`, as
    /// [`Collect::collect`](crate::metric::Collect::collect) does.
    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor>;

    /// Tells other processes what family number `family` is called from now on, or that it is no more.
    #[doc(hidden)]
    fn announce(&self, family: usize, name: Option<&Arc<Name>>) {
        let _ = (family, name);
    }
}

/// A family of a [`Source`].
#[derive(Clone, Debug)]
pub struct SourceFamily {
    /// What it is, with the whole name.
    pub desc: Desc,
    /// Labels that all its series carry.
    pub const_labels: Vec<(String, String)>,
    /// What several processes' values of a gauge or a state set become; of others it says nothing.
    pub multiprocess: GaugeMode,
    /// The upper bounds of a histogram's buckets without +Inf, if one knows them before it is read: none are no buckets
    /// but native ones.
    pub buckets: Option<Vec<f64>>,
}

impl SourceFamily {
    /// A family without constant labels.
    pub fn bare(desc: Desc) -> Self {
        Self { desc, const_labels: Vec::new(), multiprocess: GaugeMode::default(), buckets: None }
    }

    /// A family as a field describes it. `mode` is that of the group in which it stands.
    pub(crate) fn of(
        field: &FamilyField,
        scope: &Scope<'_>,
        const_labels: &[&[(&str, LabelText)]],
        mode: Option<GaugeMode>,
    ) -> Self {
        let desc = Desc {
            name: field.full_name(scope),
            help: field.help.to_owned(),
            unit: field.options.unit.map(|unit| unit.as_str().into()),
            kind: field.kind,
            label_names: names(field.label_names),
            location: field.location,
        };
        let all = const_labels.iter().copied().chain([field.options.const_labels]).flatten();
        let const_labels = all.map(|(name, value)| ((*name).to_owned(), value.text().to_owned())).collect();
        let multiprocess = field.options.multiprocess.or(mode).unwrap_or_default();
        let buckets = matches!(field.kind, Kind::Histogram | Kind::GaugeHistogram).then(|| bounds(&field.options));
        Self { desc, const_labels, multiprocess, buckets }
    }
}

fn bounds(options: &Options) -> Vec<f64> {
    let bounds = bounds_of(options);
    bounds.strip_suffix(&[f64::INFINITY]).unwrap_or(bounds).to_vec()
}

/// Names that are known to the compiler, for a [`Desc`].
pub(super) fn names(names: &[&'static str]) -> Vec<Cow<'static, str>> {
    names.iter().copied().map(Cow::Borrowed).collect()
}

/// Constant labels as they stand in a page.
pub(super) fn scope(const_labels: &[(String, String)]) -> Box<str> {
    Labels::render(const_labels.iter().map(|(name, value)| (name, value))).into()
}

/// A struct of metrics without its type. What is written in terms of it is compiled once, and not anew for each
/// struct in the crates of users.
trait AnyMetrics: Send + Sync {
    fn described(&self) -> Described;

    fn visit_all<'a>(&'a self, visit: &mut dyn FnMut(Option<Part<'a>>));
}

/// The constants of a struct of metrics, or of a function.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    prefix: &'static str,
    const_labels: &'static [(&'static str, LabelText)],
    fields: &'static [Field],
}

impl Described {
    /// Of a struct.
    pub const fn of<T: Metrics>() -> Self {
        Self { prefix: T::PREFIX, const_labels: T::CONST_LABELS, fields: T::FIELDS }
    }

    /// Of a function.
    pub const fn fields(fields: &'static [Field]) -> Self {
        Self { prefix: "", const_labels: &[], fields }
    }
}

/// [`Metrics::visit`] of an instance that lives for ever.
pub(crate) type VisitGlobal = fn(&mut dyn FnMut(Option<Part<'static>>));

impl<T: Metrics> AnyMetrics for T {
    fn described(&self) -> Described {
        Described::of::<T>()
    }

    fn visit_all<'a>(&'a self, visit: &mut dyn FnMut(Option<Part<'a>>)) {
        self.visit(visit);
    }
}

/// An instance of a derived struct.
struct Shared(Arc<dyn AnyMetrics>);

impl Source for Shared {
    fn families(&self) -> Vec<SourceFamily> {
        let mut present = Vec::new();
        self.0.visit_all(&mut |metric| present.push(metric.is_some()));
        families(&self.0.described(), present)
    }

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        nth(&*self.0, family)?.collect(from, points)
    }

    fn announce(&self, family: usize, name: Option<&Arc<Name>>) {
        if let Some(part) = nth(&*self.0, family) {
            part.announce_alone(name);
        }
    }
}

/// The source of an instance.
pub(super) fn shared<T: Metrics>(metrics: Arc<T>) -> Arc<dyn Source> {
    Arc::new(Shared(metrics))
}

/// What lives for ever, taken apart: so nothing of it depends on its type.
struct Global {
    described: Described,
    parts: Vec<Option<Part<'static>>>,
}

impl Source for Global {
    fn families(&self) -> Vec<SourceFamily> {
        families(&self.described, self.parts.iter().map(Option::is_some))
    }

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.parts.iter().flatten().nth(family)?.collect(from, points)
    }

    fn announce(&self, family: usize, name: Option<&Arc<Name>>) {
        if let Some(part) = self.parts.iter().flatten().nth(family) {
            part.announce_alone(name);
        }
    }
}

/// The source of what was described so, and is visited by `visit`.
pub(super) fn global(described: Described, visit: VisitGlobal) -> Arc<dyn Source> {
    let mut parts = Vec::new();
    visit(&mut |part| parts.push(part));
    Arc::new(Global { described, parts })
}

/// Families that never change.
pub(super) fn fixed(families: Vec<MetricFamily>) -> Arc<dyn Source> {
    Arc::new(Fixed(families))
}

struct Fixed(Vec<MetricFamily>);

impl Source for Fixed {
    fn families(&self) -> Vec<SourceFamily> {
        self.0.iter().map(|family| SourceFamily::bare(family.desc().clone())).collect()
    }

    fn collect(&self, family: usize, _: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        let family = self.0.get(family)?;
        family.emit(0..family.len(), points.scope, points.sink);
        None
    }
}

/// Families of the metrics that are there; absent optional ones are no families.
fn families(described: &Described, present: impl IntoIterator<Item = bool>) -> Vec<SourceFamily> {
    let Described { prefix, const_labels, fields } = *described;
    let mut all = Vec::new();
    push(fields, &Scope::ROOT.enter(prefix), &mut vec![const_labels], &mut Vec::new(), None, &mut all);
    all.into_iter().zip(present).filter_map(|(family, present)| present.then_some(family)).collect()
}

fn push(
    fields: &[Field],
    scope: &Scope<'_>,
    const_labels: &mut Vec<&'static [(&'static str, LabelText)]>,
    labels: &mut Vec<&'static str>,
    mode: Option<GaugeMode>,
    out: &mut Vec<SourceFamily>,
) {
    for field in fields {
        match field {
            Field::Family(field) => {
                let mut family = SourceFamily::of(field, scope, const_labels, mode);
                family.desc.label_names.splice(0..0, names(labels));
                out.push(family);
            }
            Field::Group(group) => {
                let depths = (const_labels.len(), labels.len());
                const_labels.extend([group.const_labels, group.inner_const_labels]);
                labels.extend(group.label_names);
                let scope = scope.enter(group.prefix);
                let mode = group.options.multiprocess.or(mode);
                push(group.fields, &scope.enter(group.inner_prefix), const_labels, labels, mode, out);
                const_labels.truncate(depths.0);
                labels.truncate(depths.1);
            }
        }
    }
}

/// Present metric number `n`. A struct has some dozen of them, so counting is as good as a table.
fn nth(metrics: &dyn AnyMetrics, n: usize) -> Option<Part<'_>> {
    let (mut found, mut seen) = (None, 0);
    metrics.visit_all(&mut |metric| {
        if let Some(metric) = metric {
            if seen == n {
                found = Some(metric);
            }
            seen += 1;
        }
    });
    found
}
