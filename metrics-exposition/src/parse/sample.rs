//! Lines that are samples.
//!
//! Each is tried in a quick way first, which knows lines as encoders write them and nothing of what may be wrong. What
//! it does not take, or the family refuses, is read again piece by piece, so that the error can say where it is.

use super::cursor::Cursor;
use super::error::{Fault, ParseFault};
use super::exemplar::{exemplar, time};
use super::number;
use memchr::memrchr;
use metrics_core::model::{Added, Exemplar, FamilyFault, Labels, MetricFamily, Number, Timestamp};
use std::borrow::Cow;

/// A sample as it stands on a page.
pub(super) struct Sample<'a> {
    pub(super) name: Cow<'a, str>,
    /// Rendered.
    pub(super) labels: Cow<'a, str>,
    pub(super) value: Number,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) exemplar: Option<Exemplar>,
}

/// Where its pieces begin.
#[derive(Default)]
pub(super) struct Places {
    name: usize,
    /// Labels, by their names.
    labels: Vec<(String, usize)>,
    value: usize,
    timestamp: usize,
    exemplar: usize,
}

/// What stands in braces.
pub(super) struct Found<'a> {
    /// The metric's name, and where it is.
    pub(super) name: Option<(Cow<'a, str>, usize)>,
    pub(super) pairs: Vec<Pair<'a>>,
}

/// A label.
pub(super) struct Pair<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
    pub(super) at: usize,
}

/// In what the formats differ.
pub(super) struct Dialect {
    pub(super) is_lax: bool,
    pub(super) time: fn(&str) -> Option<Timestamp>,
    pub(super) exemplars: bool,
}

impl Dialect {
    /// A line as encoders write it, of a family with this name. Takes for its labels what stands between the outermost
    /// braces: the family takes them only if that is what they are.
    #[inline]
    pub(super) fn quick<'a>(&self, line: &'a str, family: &str) -> Option<Sample<'a>> {
        let (line, exemplar) = if self.exemplars { split_exemplar(line)? } else { (line, None) };
        let suffix = line.strip_prefix(family)?.bytes().position(|b| matches!(b, b'{' | b' '))?;
        let (name, behind) = line.split_at(family.len() + suffix);
        let (labels, value) = match behind.strip_prefix(' ') {
            Some(value) => ("", value),
            None => {
                let end = memrchr(b'}', behind.as_bytes())?;
                (&behind[1..end], behind[end + 1..].strip_prefix(' ')?)
            }
        };
        // As Java's first client writes them.
        let labels = labels.strip_suffix(',').filter(|_| self.is_lax).unwrap_or(labels);
        let (value, time) = number::value_and_rest(value)?;
        let timestamp = match time {
            Some(time) => Some((self.time)(time)?),
            None => None,
        };
        Some(Sample { name: Cow::Borrowed(name), labels: Cow::Borrowed(labels), value, timestamp, exemplar })
    }

    /// Any line.
    pub(super) fn read<'a>(&self, line: &'a str) -> Result<(Sample<'a>, Places), Fault> {
        let mut cursor = Cursor::new(line, self.is_lax);
        let Metric { name, pairs, at } = metric(&mut cursor)?;
        let mut places = Places { name: at, value: cursor.at(), ..Places::default() };
        let value = number::value(cursor.word()).ok_or_else(|| ParseFault::Value.at(places.value))?;
        let (timestamp, exemplar) = self.behind_value(&mut cursor, &mut places)?;
        let rendered = Labels::render(pairs.iter().map(|pair| (&pair.name, &pair.value)));
        places.labels = pairs.into_iter().map(|pair| (pair.name.into_owned(), pair.at)).collect();
        Ok((Sample { name, labels: Cow::Owned(rendered), value, timestamp, exemplar }, places))
    }

    fn behind_value(
        &self,
        cursor: &mut Cursor<'_>,
        places: &mut Places,
    ) -> Result<(Option<Timestamp>, Option<Exemplar>), Fault> {
        let (mut timestamp, mut found) = (None, None);
        cursor.skip_blanks();
        if cursor.is_at_end() {
            return Ok((None, None));
        }
        if !(self.exemplars && cursor.rest().starts_with(" # ")) {
            if !self.is_lax {
                cursor.expect(" ", "a blank and a time, or the end of the line")?;
            }
            places.timestamp = cursor.at();
            timestamp = Some(time(cursor, self.time)?);
            cursor.skip_blanks();
        }
        if self.exemplars && cursor.skip(" # ") {
            places.exemplar = cursor.at();
            found = Some(exemplar(cursor)?);
        }
        if !cursor.is_at_end() {
            return cursor.fail(ParseFault::Expected("the end of the line"));
        }
        Ok((timestamp, found))
    }
}

/// What stands before ` # `, and the exemplar behind it if there is one. `None`: it is none.
fn split_exemplar(line: &str) -> Option<(&str, Option<Exemplar>)> {
    let Some(at) = memrchr(b'#', line.as_bytes()) else { return Some((line, None)) };
    match line[..at].strip_suffix(' ') {
        Some(before) if line[at..].starts_with("# {") => {
            let mut cursor = Cursor::new(&line[at + 2..], false);
            let exemplar = exemplar(&mut cursor).ok()?;
            cursor.is_at_end().then_some((before, Some(exemplar)))
        }
        _ => Some((line, None)),
    }
}

/// What stands before a value.
pub(super) struct Metric<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) pairs: Vec<Pair<'a>>,
    /// Where the name is.
    pub(super) at: usize,
}

/// Name and labels, and the blank behind them.
pub(super) fn metric<'a>(cursor: &mut Cursor<'a>) -> Result<Metric<'a>, Fault> {
    let mut name = None;
    cursor.skip_blanks();
    if !cursor.rest().starts_with('{') {
        let at = cursor.at();
        if cursor.rest().starts_with('"') {
            return cursor.fail(ParseFault::Expected("a metric's name; one in quotes stands in the braces"));
        }
        name = Some((cursor.metric_name()?, at));
    }
    let bare = *cursor;
    cursor.skip_blanks();
    let mut pairs = Vec::new();
    if cursor.rest().starts_with('{') {
        let found = labels(cursor)?;
        if let (Some(_), Some((_, at))) = (&name, &found.name) {
            return Err(ParseFault::NamedTwice.at(*at));
        }
        name = name.or(found.name);
        pairs = found.pairs;
        if cursor.is_lax { cursor.skip_blanks() } else { cursor.expect_blank("a blank and a value")? }
    } else {
        *cursor = bare;
        cursor.expect_blank("`{` and labels, or a blank and a value")?;
    }
    let Some((name, at)) = name else {
        return Err(ParseFault::Expected("a metric's name, before the braces or in them").at(0));
    };
    Ok(Metric { name, pairs, at })
}

/// Labels in braces, and perhaps the metric's name among them.
pub(super) fn labels<'a>(cursor: &mut Cursor<'a>) -> Result<Found<'a>, Fault> {
    let mut found = Found { name: None, pairs: Vec::new() };
    cursor.expect("{", "`{` and labels")?;
    cursor.skip_blanks();
    if cursor.is_lax && cursor.skip(",") {
        cursor.skip_blanks();
    }
    let mut may_end = true;
    while !(may_end && cursor.skip("}")) {
        let at = cursor.at();
        let is_quoted = cursor.rest().starts_with('"');
        let name = if is_quoted { cursor.quoted()? } else { Cow::Borrowed(cursor.bare_name(false)) };
        if name.is_empty() {
            return Err(ParseFault::Expected("a label's name, in quotes unless it is `[a-zA-Z_][a-zA-Z0-9_]*`").at(at));
        }
        cursor.skip_blanks();
        if is_quoted && !cursor.rest().starts_with('=') {
            if found.name.is_some() {
                return Err(ParseFault::NamedTwice.at(at));
            }
            found.name = Some((name, at));
        } else {
            cursor.expect("=", "`=` and the label's value")?;
            cursor.skip_blanks();
            let value = cursor.quoted()?;
            found.pairs.push(Pair { name, value, at });
        }
        cursor.skip_blanks();
        let is_separated = cursor.skip(",");
        cursor.skip_blanks();
        may_end = !is_separated || cursor.is_lax;
        if !is_separated && !cursor.rest().starts_with('}') {
            return cursor.fail(ParseFault::Expected("`,` and another label, or `}`"));
        }
    }
    Ok(found)
}

impl Sample<'_> {
    #[inline]
    pub(super) fn add_to(&mut self, family: &mut MetricFamily) -> Result<Added, FamilyFault> {
        let Sample { name, labels, value, timestamp, exemplar } = self;
        let added = family.add_rendered(name, labels, *value, *timestamp, exemplar.take());
        added.map_err(|error| error.fault)
    }
}

impl Places {
    pub(super) fn value(&self, fault: ParseFault) -> Fault {
        fault.at(self.value)
    }

    pub(super) fn exemplar(&self, fault: ParseFault) -> Fault {
        fault.at(self.exemplar)
    }

    pub(super) fn family(&self, fault: FamilyFault) -> Fault {
        let at = self.of(&fault);
        ParseFault::Family(fault).at(at)
    }

    /// Where it is what the fault is about.
    fn of(&self, fault: &FamilyFault) -> usize {
        let label = |name: &str| {
            // Of two labels with one name, the second is too many.
            self.labels.iter().rfind(|(label, _)| label == name).map_or(self.name, |(_, at)| *at)
        };
        match fault {
            FamilyFault::Label { label: name, .. }
            | FamilyFault::ReservedLabel { label: name, .. }
            | FamilyFault::DuplicateLabel { label: name }
            | FamilyFault::SampleLabel { label: name, .. } => label(name),
            FamilyFault::Buckets { .. } => label("le"),
            FamilyFault::Value { .. } | FamilyFault::Count { .. } | FamilyFault::Sum { .. } => self.value,
            FamilyFault::Time { .. } if self.timestamp > 0 => self.timestamp,
            _ => self.name,
        }
    }
}
