use std::fmt;

/// A rule of style for names, units and help. What breaks one does not compile, unless it is allowed by name:
/// `#[metric(allow(non_base_unit))]` on a field, `#[metrics(allow(non_base_unit))]` on a struct for all that is in it.
///
/// What no format or reader can take is no matter of style, and cannot be allowed: an empty name, one that begins with
/// `__`, a unit of an info or a state set.
///
/// ```
/// use metrics_core::model::Rule;
/// assert_eq!(Rule::NonBaseUnit.to_string(), "non_base_unit");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Rule {
    /// No unit is abbreviated in a name: `_ms`, `_kb`, `_s`.
    AbbreviatedUnit,
    /// Names are written in `snake_case`: no capital follows a small letter.
    CamelCase,
    /// No name has a colon, which is for recording rules.
    Colon,
    /// A name that ends in one unit is not declared to have another.
    ContradictingUnit,
    /// A name does not begin with the words in which its prefix ends.
    DoubledPrefix,
    /// A unit is once in a name.
    DoubledUnit,
    /// No label is in the name of the metrics that have it.
    LabelInName,
    /// A metric has a help text.
    MissingHelp,
    /// What can be measured in a base unit is.
    NonBaseUnit,
    /// No name ends in what types append to the names of their samples: `_total`, `_bucket`, `_count`, `_sum`, `_created`,
    /// `_info`, `_gcount`, `_gsum`; nor in `_timestamp_seconds`, if it is no gauge.
    ReservedSuffix,
    /// A metric's type is not in its name.
    TypeInName,
    /// Names consist of ASCII letters, digits and `_`, and begin with none of the digits.
    Utf8Name,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::AbbreviatedUnit,
        Self::CamelCase,
        Self::Colon,
        Self::ContradictingUnit,
        Self::DoubledPrefix,
        Self::DoubledUnit,
        Self::LabelInName,
        Self::MissingHelp,
        Self::NonBaseUnit,
        Self::ReservedSuffix,
        Self::TypeInName,
        Self::Utf8Name,
    ];

    /// The word in `allow(…)`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AbbreviatedUnit => "abbreviated_unit",
            Self::CamelCase => "camel_case",
            Self::Colon => "colon",
            Self::ContradictingUnit => "contradicting_unit",
            Self::DoubledPrefix => "doubled_prefix",
            Self::DoubledUnit => "doubled_unit",
            Self::LabelInName => "label_in_name",
            Self::MissingHelp => "missing_help",
            Self::NonBaseUnit => "non_base_unit",
            Self::ReservedSuffix => "reserved_suffix",
            Self::TypeInName => "type_in_name",
            Self::Utf8Name => "utf8_name",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Rules that a metric may break.
///
/// ```
/// use metrics_core::model::{Rule, Rules};
/// assert!(Rules::of(&[Rule::Colon]).contains(Rule::Colon));
/// assert!(!Rules::NONE.contains(Rule::Colon));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Rules(u32);

impl Rules {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(rules: &[Rule]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < rules.len() {
            bits |= 1 << rules[i] as u32;
            i += 1;
        }
        Self(bits)
    }

    /// Whether `rule` is one of them.
    pub const fn contains(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u32) != 0
    }

    /// Those of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
