use metrics_core::model::{FamilyFault, UnknownKind};
use std::{fmt, io};

/// Where a page cannot be read, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct ParseError {
    place: Place,
    fault: ParseFault,
}

#[derive(Clone, Debug, PartialEq)]
enum Place {
    /// The number of a line, that of a character in it, and how it begins.
    Line { line: usize, column: usize, text: String },
    /// A byte of the page, and the field that it belongs to.
    Field { offset: u64, field: String },
}

/// Why a page cannot be read; see [`ParseError`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParseFault {
    /// The reader failed.
    Read {
        /// In which way.
        kind: io::ErrorKind,
        /// What it said.
        message: String,
    },
    /// A line has more bytes than [`Options::max_line`](super::Options::max_line).
    LineTooLong {
        /// The limit.
        limit: usize,
    },
    /// A family has more bytes than [`Options::max_family`](super::Options::max_family).
    FamilyTooLarge {
        /// The limit.
        limit: usize,
    },
    /// There are bytes that are not UTF-8.
    NotUtf8,
    /// Something else stands where this must stand.
    Expected(&'static str),
    /// A value that is no number.
    Value,
    /// A time that is none.
    Time,
    /// A line without anything.
    BlankLine,
    /// A comment that is none of `HELP`, `TYPE`, `UNIT` and `EOF`.
    Comment,
    /// The family has this line already.
    Repeated(&'static str),
    /// This line comes behind a sample of its family.
    AfterSamples(&'static str),
    /// A type that there is not.
    Kind(UnknownKind),
    /// The family's name ends in what the type adds to it.
    Suffix(&'static str),
    /// A name of a sample that an earlier family may have too.
    Clash {
        /// The name.
        name: String,
    },
    /// The unit is not the last word of the family's name.
    Unit {
        /// The unit.
        unit: String,
    },
    /// The metric's name stands both before the labels and among them.
    NamedTwice,
    /// The metric was begun before the one above.
    Interleaved,
    /// The sample's value cannot be, by this rule.
    Rule(&'static str),
    /// A point that lacks something, by this rule.
    Incomplete(&'static str),
    /// An exemplar where none can be.
    ExemplarPlace,
    /// Bytes that are no message, by this rule.
    Wire(&'static str),
    /// What no metric family can have.
    Family(FamilyFault),
    /// A line behind the end.
    AfterEof,
    /// The page has no end: it was cut off.
    MissingEof,
}

/// A fault, and at which byte of a line it is.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) fault: ParseFault,
    /// The line, and what stands there, if it is an earlier one.
    pub(super) earlier: Option<(usize, String)>,
}

impl ParseError {
    /// With as much of the line as helps.
    pub(super) fn new(line: usize, text: &[u8], Fault { at, fault, earlier }: Fault) -> Self {
        const SHOWN: usize = 120;
        let (line, text) = earlier.as_ref().map_or((line, text), |(line, text)| (*line, text.as_bytes()));
        let before = &text[..at.min(text.len())];
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        let text = String::from_utf8_lossy(&text[..text.len().min(SHOWN * 4)]);
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self { place: Place::Line { line, column, text: shown }, fault }
    }

    /// On a page of messages.
    pub(super) fn in_field(offset: u64, field: String, fault: ParseFault) -> Self {
        Self { place: Place::Field { offset, field }, fault }
    }

    /// The number of the line, from 1; 0 if the page is protobuf, which has none.
    pub fn line(&self) -> usize {
        match self.place {
            Place::Line { line, .. } => line,
            Place::Field { .. } => 0,
        }
    }

    /// The number of the character in the line, from 1; 0 if there are no lines.
    pub fn column(&self) -> usize {
        match self.place {
            Place::Line { column, .. } => column,
            Place::Field { .. } => 0,
        }
    }

    /// The line, or how it begins if it is long. Of protobuf the field, as `metric[2].counter.value`; empty if it is the
    /// message as a whole.
    pub fn text(&self) -> &str {
        match &self.place {
            Place::Line { text, .. } => text,
            Place::Field { field, .. } => field,
        }
    }

    /// Which byte of the page it is, from 0, if the page is protobuf.
    pub fn offset(&self) -> Option<u64> {
        match self.place {
            Place::Line { .. } => None,
            Place::Field { offset, .. } => Some(offset),
        }
    }

    /// What is the matter.
    pub fn fault(&self) -> &ParseFault {
        &self.fault
    }
}

impl ParseFault {
    pub(super) fn at(self, at: usize) -> Fault {
        Fault { at, fault: self, earlier: None }
    }

    /// With what the model says about a family.
    pub(super) fn family(error: metrics_core::model::FamilyError) -> Self {
        Self::Family(error.fault)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, fault } = self;
        match place {
            Place::Line { line, column, text } if text.is_empty() => write!(f, "line {line}, column {column}: {fault}"),
            Place::Line { line, column, text } => write!(f, "line {line}, column {column}: {fault}: `{text}`"),
            Place::Field { offset, field } if field.is_empty() => write!(f, "byte {offset}: {fault}"),
            Place::Field { offset, field } => write!(f, "byte {offset}: {fault}: `{field}`"),
        }
    }
}

impl fmt::Display for ParseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { message, .. } => write!(f, "the page cannot be read: {message}"),
            Self::LineTooLong { limit } => write!(f, "the line has more than {limit} bytes; raise `max_line`"),
            Self::FamilyTooLarge { limit } => write!(f, "the family has more than {limit} bytes; raise `max_family`"),
            Self::NotUtf8 => f.write_str("a page is UTF-8, and this is not"),
            Self::Expected(what) => write!(f, "here comes {what}"),
            Self::Value => f.write_str("a value is a decimal number, `+Inf`, `-Inf` or `NaN`"),
            Self::Time => f.write_str("a time is a finite number"),
            Self::BlankLine => f.write_str("there are no blank lines; take it out"),
            Self::Comment => f.write_str("only HELP, TYPE, UNIT and EOF may stand behind `# `, each with one blank"),
            Self::Repeated(keyword) => write!(f, "the family has a {keyword} already; take one out"),
            Self::AfterSamples(keyword) => write!(f, "{keyword} stands before the samples of its family"),
            Self::Kind(kind) => kind.fmt(f),
            Self::Suffix(suffix) => {
                write!(f, "a family of this type is named without `{suffix}`, which its samples have")
            }
            Self::Clash { name } => write!(f, "`{name}` is a name that an earlier family has too; rename one"),
            Self::Unit { unit } => write!(f, "the name of a family ends with its unit, here `_{unit}`"),
            Self::NamedTwice => f.write_str("the metric's name stands before the labels or among them, once"),
            Self::Interleaved => f.write_str("all lines of a metric follow one another, and this one began earlier"),
            Self::Rule(rule) | Self::Incomplete(rule) | Self::Wire(rule) => f.write_str(rule),
            Self::ExemplarPlace => {
                f.write_str("only totals of counters and buckets of histograms have exemplars; take it out")
            }
            Self::Family(fault) => fault.fmt(f),
            Self::AfterEof => f.write_str("nothing comes behind `# EOF`"),
            Self::MissingEof => f.write_str("`# EOF` is missing at the end: the page was cut off"),
        }
    }
}

impl std::error::Error for ParseError {}
