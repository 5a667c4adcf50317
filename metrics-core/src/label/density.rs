use std::fmt;

/// Whether the values of a label, or the sets of a [`LabelSet`](super::LabelSet), can be counted before
/// the program runs: [`Dense`] or [`Hashed`]. It decides how a family keeps its series. Sealed.
pub trait Density: sealed::Sealed + fmt::Debug + Send + Sync + Sized + 'static {
    /// Of two labels together: dense if both are.
    type And<Other: Density>: Density;
}

/// All values are known: enums, `bool`. A family is an array and a lookup an index computation.
#[derive(Clone, Copy, Debug)]
pub struct Dense;

/// Any number of values: strings, integers. A family is a hash table.
#[derive(Clone, Copy, Debug)]
pub struct Hashed;

impl Density for Dense {
    type And<Other: Density> = Other;
}

impl Density for Hashed {
    type And<Other: Density> = Self;
}

/// Sets that can be listed before the program runs.
#[diagnostic::on_unimplemented(
    message = "option `preset` does not fit this metric type",
    label = "one of its labels can have any value, so its series cannot be listed beforehand",
    note = "only a `Family` whose labels are all enums or `bool` can be preset"
)]
pub trait Listable {}

impl Listable for Dense {}

/// Values that are known before the program runs, as those of a [`StateSet`](crate::StateSet) must be.
#[diagnostic::on_unimplemented(
    message = "the states of a state set are an enum",
    label = "its values are not known before the program runs",
    note = "a `StateSet` is over an enum with `#[derive(LabelValue)]`, or over `bool`"
)]
pub trait Countable {}

impl Countable for Dense {}

/// Sets that cannot be listed before the program runs.
#[diagnostic::on_unimplemented(
    message = "option `ttl_seconds` does not fit this metric type",
    label = "its labels are all enums or `bool`, so it has a place for each of its series, which stays",
    note = "only a `Family` with a label that is no enum or `bool` has a `ttl_seconds`"
)]
pub trait Unlisted {}

impl Unlisted for Hashed {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Dense {}
    impl Sealed for super::Hashed {}
}
