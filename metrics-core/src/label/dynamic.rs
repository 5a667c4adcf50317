use super::render_name;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Names of labels that are known at run time only: columns of a table, keys of a configuration. Cheap to clone.
///
/// For series that this program counts, see [`DynamicFamily`](crate::DynamicFamily); for what a collector gives,
/// [`DynamicMetricFamily`](crate::model::DynamicMetricFamily). They check the names, and the number of values at each
/// call. Where the names are known when the program is written, derive a [`LabelSet`](crate::LabelSet).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct DynamicLabels(Arc<[Box<str>]>);

impl DynamicLabels {
    /// These names, in this order.
    pub fn new<N: Into<Box<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// The names.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Names that stay for ever, as given and as they stand in a page.
#[derive(Clone, Copy)]
pub(crate) struct Interned {
    pub(crate) names: &'static [&'static str],
    pub(crate) rendered: &'static [&'static str],
}

impl Interned {
    /// Of each set of names there is one: families that are made over and over do not take memory over and over.
    pub(crate) fn new(labels: &DynamicLabels) -> Self {
        static ALL: LazyLock<Mutex<HashMap<DynamicLabels, Interned>>> = LazyLock::new(Mutex::default);
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry(labels.clone()).or_insert_with(|| Self {
            names: leak(labels.names().map(Into::into)),
            rendered: leak(labels.names().map(|name| render_name(name).into())),
        })
    }
}

fn leak(names: impl Iterator<Item = Box<str>>) -> &'static [&'static str] {
    let names: Vec<&'static str> = names.map(|name| &*Box::leak(name)).collect();
    names.leak()
}
