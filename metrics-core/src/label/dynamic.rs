use std::sync::Arc;

/// Names of labels that are known at run time only: columns of a table, keys of a configuration. Cheap to clone.
///
/// They are checked by whatever is made with them, a [`DynamicMetricFamily`](crate::model::DynamicMetricFamily) for
/// instance, and so is the number of values, at each call. Where the names are known when the program is written,
/// derive a [`LabelSet`](crate::LabelSet).
#[derive(Clone, Debug, Eq, PartialEq)]
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
