//! Plain data: what flows from the instruments to the formats.

mod desc;
mod field;
mod kind;
mod labels;
mod number;
mod point;
mod timestamp;
mod unit;

pub use desc::{Desc, Location};
pub use field::{FamilyField, Field, GroupField, LabelText, Options, Scope};
pub use kind::Kind;
pub use labels::{LabelPairs, Labels};
pub use number::Number;
pub use point::{FamilySink, Point};
pub(crate) use timestamp::HAS_CLOCK;
pub use timestamp::Timestamp;
pub use unit::Unit;
