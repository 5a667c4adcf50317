use super::Density;

/// A set of labels: a struct whose fields are [`LabelValue`](super::LabelValue)s. Derive it; see
/// [`derive@crate::LabelSet`].
///
/// ```
/// use metrics_core::{LabelSet, LabelValue};
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Method { Get, Post }
///
/// #[derive(LabelSet)]
/// struct Request<'a> { method: Method, route: &'a str }
///
/// assert_eq!(<Request<'_> as LabelSet>::NAMES, ["method", "route"]);
/// Request { method: Method::Post, route: "/" }.with_values(|values| assert_eq!(values, ["post", "/"]));
/// # let _ = Method::Get;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of labels",
    label = "needs `#[derive(LabelSet)]`",
    note = "a label set is a struct of named fields, each of them a label"
)]
pub trait LabelSet {
    /// The same set with borrowed values: a `Family<Request<'static>, M>` takes `&Request<'_>`.
    type Of<'a>: LabelSet<Density = Self::Density>;
    /// Dense if all labels are.
    type Density: Density;
    /// The labels' names, in order.
    const NAMES: &'static [&'static str];
    /// What each label can be, if it is dense; else empty.
    const VALUES: &'static [&'static [&'static str]];

    /// The set's number among all sets, of a dense set: the labels' indices in the mixed radix of the
    /// lengths of [`VALUES`](Self::VALUES), the last label running fastest. 0 for a hashed set.
    fn index(&self) -> usize;

    /// Calls `f` with the values as text, in the order of [`NAMES`](Self::NAMES). Does not allocate.
    fn with_values<R>(&self, f: impl FnOnce(&[&str]) -> R) -> R;
}

/// How many sets there are of a dense set.
pub(crate) const fn cardinality(values: &[&[&str]]) -> usize {
    let mut n: usize = 1;
    let mut i = 0;
    while i < values.len() {
        n = n.checked_mul(values[i].len()).expect("label sets of this type cannot be counted in a usize");
        i += 1;
    }
    n
}
