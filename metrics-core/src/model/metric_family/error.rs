use super::super::{ExemplarError, Kind, NativeError};
use std::fmt;

/// Why a metric family cannot be, or cannot have this: which one, and the [`FamilyFault`].
#[derive(Clone, Debug, PartialEq)]
pub struct FamilyError {
    /// The family's name.
    pub family: String,
    /// What is the matter.
    pub fault: FamilyFault,
}

/// What is the matter with a metric family; see [`FamilyError`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FamilyFault {
    /// The name breaks a rule.
    Name(&'static str),
    /// The unit breaks a rule, or the type has none.
    Unit {
        /// The unit.
        unit: String,
        /// The rule and the way out.
        rule: &'static str,
    },
    /// The name of a label breaks a rule.
    Label {
        /// The label.
        label: String,
        /// The rule and the way out.
        rule: &'static str,
    },
    /// The type uses a label of this name itself.
    ReservedLabel {
        /// The label.
        label: String,
        /// The family's type.
        kind: Kind,
    },
    /// One name stands for two labels.
    DuplicateLabel {
        /// The label.
        label: String,
    },
    /// As many values as labels were expected.
    Arity {
        /// Labels of the family.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// The family has a metric with these labels (at this time).
    Duplicate {
        /// The labels, rendered.
        labels: String,
    },
    /// A metric's times must rise, and all of its points have one or none.
    Time {
        /// The labels, rendered.
        labels: String,
    },
    /// The point is of another type than its family.
    PointKind {
        /// The point's type.
        point: Kind,
        /// The family's.
        family: Kind,
    },
    /// No sample of this type has such a name.
    SampleName {
        /// The sample's name.
        sample: String,
        /// The family's type.
        kind: Kind,
    },
    /// The sample has no such label, or it says nothing of use.
    SampleLabel {
        /// The sample's name.
        sample: String,
        /// The label.
        label: String,
        /// The rule.
        rule: &'static str,
    },
    /// The value is none of its type.
    Value {
        /// The value, as text.
        value: String,
        /// The rule.
        rule: &'static str,
    },
    /// Buckets in an order or of a number that cannot be.
    Buckets {
        /// Which, from 0.
        bucket: usize,
        /// The rule and the way out.
        rule: &'static str,
    },
    /// There is no last bucket, of +Inf.
    MissingInf,
    /// The number of observations is not that of the last bucket.
    Count {
        /// As it was given.
        count: u64,
        /// In all buckets.
        buckets: u64,
    },
    /// A sum beside buckets below zero, where it may fall, or a negative one without.
    Sum {
        /// The sum.
        sum: f64,
        /// The rule and the way out.
        rule: &'static str,
    },
    /// The labels of the info are among those of its family.
    InfoLabel {
        /// The label.
        label: String,
    },
    /// An exemplar where it cannot be.
    Exemplar(ExemplarError),
    /// A native histogram that cannot be.
    Native(NativeError),
    /// A native histogram where none can be.
    NotNative {
        /// The sample's name.
        sample: String,
    },
}

impl fmt::Display for FamilyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "metric family `{}`: {}", self.family, self.fault)
    }
}

impl fmt::Display for FamilyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(rule) => f.write_str(rule),
            Self::Unit { unit, rule } => write!(f, "unit `{unit}`: {rule}"),
            Self::Label { label, rule } => write!(f, "label `{label}`: {rule}"),
            Self::ReservedLabel { label, kind } => {
                write!(f, "label `{label}`: a {kind} uses it itself; rename the label")
            }
            Self::DuplicateLabel { label } => write!(f, "label `{label}` is there twice; rename one"),
            Self::Arity { expected, found } => {
                write!(f, "{found} values for {expected} labels: give each label one, in the order of the names")
            }
            Self::Duplicate { labels } => write!(f, "{{{labels}}} is there already: add it once"),
            Self::Time { labels } => {
                write!(f, "{{{labels}}}: times of one metric must rise, and each of its points have one, or none")
            }
            Self::PointKind { point, family } => {
                write!(f, "the point of a {point} in a {family}: a family has points of one type")
            }
            Self::SampleName { sample, kind } => {
                write!(f, "sample `{sample}`: a {kind} has none of this name; its samples are named ")?;
                let bare = matches!(kind, Kind::Gauge | Kind::StateSet | Kind::Unknown | Kind::Summary);
                let names = bare.then_some("like it").into_iter().chain(kind.suffixes().iter().copied());
                f.write_str(&names.collect::<Vec<_>>().join(", "))
            }
            Self::SampleLabel { sample, label, rule } => write!(f, "label `{label}` of sample `{sample}`: {rule}"),
            Self::Value { value, rule } => write!(f, "value {value}: {rule}"),
            Self::Buckets { bucket, rule } => write!(f, "bucket {bucket}: {rule}"),
            Self::MissingInf => f.write_str("the last bucket must be that of +Inf: add it, with all observations"),
            Self::Count { count, buckets } => {
                write!(f, "count {count}, but {buckets} in the last bucket: they are the same by definition")
            }
            Self::Sum { sum, rule } => write!(f, "sum {sum}: {rule}"),
            Self::InfoLabel { label } => {
                write!(f, "label `{label}` of the info is one of the family's labels too; rename one")
            }
            Self::Exemplar(error) => error.fmt(f),
            Self::Native(error) => error.fmt(f),
            Self::NotNative { sample } => {
                write!(f, "sample `{sample}` cannot be a native histogram; that is named like its family, a histogram")
            }
        }
    }
}

impl std::error::Error for FamilyError {}
impl std::error::Error for FamilyFault {}

impl From<NativeError> for FamilyFault {
    fn from(error: NativeError) -> Self {
        Self::Native(error)
    }
}

impl From<ExemplarError> for FamilyFault {
    fn from(error: ExemplarError) -> Self {
        Self::Exemplar(error)
    }
}
