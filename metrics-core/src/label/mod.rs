//! Labels: their values, sets of them, and how they are rendered.

mod density;
mod render;
mod set;
pub(crate) mod text;
pub(crate) mod value;

pub use density::{Dense, Density, Hashed, Listable, Unlisted};
pub(crate) use render::{is_rendered, render, render_pair};
pub use set::LabelSet;
pub(crate) use set::cardinality;
pub use value::LabelValue;
