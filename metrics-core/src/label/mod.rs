//! Labels: their values, sets of them, and how they are rendered.

mod density;
mod dynamic;
mod render;
mod set;
pub(crate) mod text;
pub(crate) mod value;

pub use density::{Countable, Dense, Density, Hashed, Listable, Unlisted};
pub use dynamic::DynamicLabels;
pub(crate) use dynamic::Interned;
pub(crate) use render::{before, is_rendered, push_quoted, render, render_name, render_pair};
pub use set::LabelSet;
pub(crate) use set::cardinality;
pub use value::LabelValue;
