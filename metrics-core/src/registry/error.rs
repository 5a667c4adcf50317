use crate::model::Location;
use std::fmt;

/// Why something could not be registered: what it is, where it stands, and the way out.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RegisterError {
    /// A name, label or help breaks a rule.
    Broken {
        /// The culprit.
        what: String,
        /// The rule and the way out.
        rule: &'static str,
        /// Where it was defined.
        location: Location,
    },
    /// Two families would give samples of one name.
    Clash {
        /// The family that was to be registered.
        name: String,
        /// Where it was defined.
        location: Location,
        /// The family that is there.
        other_name: String,
        /// Where that was defined.
        other_location: Location,
        /// What is the matter with them.
        why: &'static str,
    },
    /// Making the instance of a struct panicked.
    Panicked {
        /// The struct.
        name: String,
        /// Where it was defined.
        location: Location,
    },
    /// Another version of this crate generated an entry that this one cannot read.
    Foreign {
        /// The crate that has the struct.
        crate_name: String,
    },
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { what, rule, location } => write!(f, "{what} at {location}: {rule}"),
            Self::Clash { name, location, other_name, other_location, why } => {
                write!(f, "metric `{name}` at {location} clashes with `{other_name}` at {other_location}: {why}")
            }
            Self::Panicked { name, location } => {
                write!(
                    f,
                    "making the instance of `{name}` at {location} panicked: look at its skipped fields and label texts"
                )
            }
            Self::Foreign { crate_name } => write!(
                f,
                "crate `{crate_name}` uses another version of metrics-core, whose metrics this one cannot read: \
                 let both depend on the same version (`cargo tree -d`)"
            ),
        }
    }
}

impl std::error::Error for RegisterError {}

/// Crates that have no metrics in the program; see [`Registry::require_crates`](super::Registry::require_crates).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MissingCrates {
    /// Their names.
    pub names: Vec<String>,
}

impl fmt::Display for MissingCrates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.names.join(", ");
        write!(
            f,
            "no metrics of {names} in this program: the linker drops a crate that the program never names; \
             write `metrics_core::link!({names});` in the program's crate, or take it off this list"
        )
    }
}

impl std::error::Error for MissingCrates {}
