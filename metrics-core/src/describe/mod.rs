//! What is said of a metric before there is one: by a derive, as constant data.

mod field;
mod gauge_mode;
mod kind;
mod location;
mod native;
mod rule;
mod unit;

pub(crate) use field::OfType;
pub use field::{FamilyField, Field, GroupField, LabelText, Options, Scope};
pub use gauge_mode::{GaugeMode, UnknownGaugeMode};
pub use kind::{Kind, UnknownKind};
pub use location::Location;
pub use native::NativeOptions;
pub use rule::{Rule, Rules};
pub use unit::Unit;
