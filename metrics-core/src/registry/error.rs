use super::entry::VERSION;
use crate::model::{FamilyError, Location};
use std::fmt;

/// Why something could not be registered: what it is, where it stands, and the way out.
#[derive(Clone, Debug, PartialEq)]
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
    /// A family of a collector or of `target_info` that cannot be.
    Family(FamilyError),
    /// A collector panicked when it was asked what it has.
    Describing {
        /// Where it was to be registered.
        location: Location,
    },
    /// Another copy of this crate is in the program, whose metrics this one cannot show.
    Foreign {
        /// The version of that copy.
        version: String,
        /// The crates that have metrics there.
        crates: Vec<String>,
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
            Self::Family(error) => error.fmt(f),
            Self::Describing { location } => write!(
                f,
                "the collector that was to be registered at {location} panicked when it was asked for its families"
            ),
            Self::Foreign { version, crates } => {
                let of = if crates.is_empty() { "" } else { " of " };
                write!(
                    f,
                    "another metrics-core, {version}, is in this program, and this one, {VERSION}, cannot show its \
                     metrics{of}{}: let all crates depend on one version, from one source (`cargo tree -d` tells which \
                     do not)",
                    crates.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for RegisterError {}

impl From<FamilyError> for RegisterError {
    fn from(error: FamilyError) -> Self {
        Self::Family(error)
    }
}

/// What the linker gathered and the [global registry](super::Registry::global) does not expose, with everything that is
/// the matter, a line for each mistake; see [`Registry::check`](super::Registry::check).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Unexposed {
    /// The structs and functions that are left out, with their crates, in the order of the source.
    pub names: Vec<String>,
    /// Every pair of families that clash, also of what is left out already, so that no mistake hides another one; then
    /// the other versions of this crate.
    pub errors: Vec<RegisterError>,
}

impl fmt::Display for Unexposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.names[..] {
            [] => {}
            [name] => write!(f, "{name} is not exposed: ")?,
            names => write!(f, "{} are not exposed: ", names.join(", "))?,
        }
        match &self.errors[..] {
            [error] => error.fmt(f),
            errors => {
                write!(f, "{} mistakes", errors.len())?;
                errors.iter().try_for_each(|error| write!(f, "\n- {error}"))
            }
        }
    }
}

impl std::error::Error for Unexposed {}

/// Crates whose metrics cannot be shown; see [`Registry::require_crates`](super::Registry::require_crates).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MissingCrates {
    /// Those that have no metrics in the program.
    pub names: Vec<String>,
    /// Those that have them in another copy of this crate: [`RegisterError::Foreign`] for each copy.
    pub foreign: Vec<RegisterError>,
}

impl fmt::Display for MissingCrates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.names.is_empty() {
            let names = self.names.join(", ");
            write!(
                f,
                "no metrics of {names} in this program: the linker drops a crate that the program never names; \
                 write `metrics_core::link!({names});` in the program's crate, or take it off this list"
            )?;
        }
        for (n, error) in self.foreign.iter().enumerate() {
            let separator = if n == 0 && self.names.is_empty() { "" } else { "; " };
            write!(f, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for MissingCrates {}
