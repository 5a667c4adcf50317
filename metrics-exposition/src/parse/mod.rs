//! Reads pages into metric families: [`text`] takes what can be understood, [`openmetrics`] and
//! [`openmetrics_2`] what the specification allows and nothing else, [`protobuf`] messages.
//!
//! All give one [`MetricFamily`](metrics_core::model::MetricFamily) after the other, from a page in memory or from
//! any [`BufRead`](std::io::BufRead), of which they keep one family at a time, or those of some kilobytes. The first
//! mistake is the last item; it says where it is and which rule it breaks.
//!
//! ```
//! use metrics_exposition::parse;
//!
//! let page = b"# TYPE jobs counter\njobs_total{queue=\"mail\"} 3\njobs_total{queue=\"print\"} -1\n# EOF\n";
//! let error = parse::openmetrics::parse(page).find_map(Result::err).unwrap();
//! assert_eq!((error.line(), error.column()), (3, 27));
//! assert!(error.to_string().contains("a counter is never negative"));
//! ```
//!
//! The parser of a page from a server is chosen by its `Content-Type`: [`PageFormat`].
//!
//! Nothing that a page holds makes a parser panic. What it costs: 220 to 380 ns for a line of some 90 bytes whose labels
//! have names that came before, in their order. The least where series come sorted by their labels
//! (`cargo bench -p metrics-bench -- "parse a"`).

mod comment;
mod content_type;
mod cursor;
mod error;
mod exemplar;
mod families;
mod family;
mod group;
mod histogram;
mod number;
pub mod openmetrics;
pub mod openmetrics_2;
pub mod protobuf;
mod sample;
pub mod text;

pub use content_type::{PageFormat, UnknownContentType};
pub use error::{ParseError, ParseFault};
pub use families::Families;

/// How much a parser takes at most. For pages of others, because a family is kept in memory until it is whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// Bytes of a line: 1 MiB. Protobuf has no lines.
    pub max_line: usize,
    /// Bytes of all lines of a family, or of all its messages: 64 MiB. In memory it may take some twelve times as much, if
    /// it is a state set whose series have no more than a letter each.
    pub max_family: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_line: 1 << 20, max_family: 64 << 20 }
    }
}

impl Options {
    /// No limit but memory.
    pub const UNLIMITED: Self = Self { max_line: usize::MAX, max_family: usize::MAX };
}
