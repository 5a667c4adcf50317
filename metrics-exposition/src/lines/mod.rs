//! One sample a line: what the text formats have in common.
//!
//! ```text
//! http_requests_total{region="eu",method="get"} 42
//! └── head, made once a family ──┘└── own ────┘  └ number
//! ```
//!
//! The series' own labels come rendered and escaped, so that a line is two copies and a number.

mod composite;
mod family;
mod head;
mod number;
mod point;

use crate::encoder::{Encoder, EncoderOptions};
use crate::page::Page;
use family::{Family, escape_labels};
use metrics_core::model::{Count, Desc, FamilySink, Labels, Number, Point, Timestamp};
use metrics_core::name::{is_legacy_label_name, is_legacy_metric_name};

/// In what the text formats differ.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Writes the comment lines above a family.
    pub(crate) header: fn(&mut Vec<u8>, &Desc),
    /// Whether values that their type cannot have are left out.
    pub(crate) is_strict: bool,
    /// Whether creation times, and sum and count of a gauge histogram, are gauges behind the family, for want of a type
    /// that has them.
    pub(crate) gauges_apart: bool,
    /// Whether a point is one line, whatever it consists of.
    pub(crate) is_composite: bool,
    /// Whether exemplars are written.
    pub(crate) exemplars: bool,
    /// Points of an earlier time are left out.
    pub(crate) earliest: Timestamp,
    /// Appends a blank and the time behind a value.
    pub(crate) timestamp: fn(&mut Vec<u8>, Timestamp),
    /// What a page ends with.
    pub(crate) end: &'static [u8],
}

/// An encoder of lines.
#[derive(Debug)]
pub(crate) struct Lines {
    dialect: &'static Dialect,
    options: EncoderOptions,
    page: Page,
    /// Where in `page` the family starts that was begun last; `None` if a part of it was taken.
    start: Option<usize>,
    phase: Phase,
    family: Family,
    /// Gauge families that come behind the present one.
    behind: [Page; 2],
}

/// How far the family is that was begun last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// It has no point yet: its comment lines wait for one.
    Begun,
    /// It has points.
    Written,
    /// It was abandoned: whatever still comes of it is ignored.
    Abandoned,
}

impl Lines {
    pub(crate) fn new(dialect: &'static Dialect, options: EncoderOptions) -> Self {
        Self {
            dialect,
            options,
            page: Page::default(),
            start: Some(0),
            phase: Phase::Abandoned,
            family: Family::new(options.escaping),
            behind: Default::default(),
        }
    }

    fn first_point(&mut self, scope: &str) {
        self.page.push(&self.family.header);
        self.family.enter(scope);
        self.phase = Phase::Written;
    }

    /// Puts what comes behind the family that was begun last, at its end.
    fn end_family(&mut self) {
        for behind in &mut self.behind {
            self.page.push(behind.as_bytes());
            behind.truncate(0);
        }
    }
}

impl FamilySink for Lines {
    fn begin(&mut self, family: &Desc) {
        self.end_family();
        self.start = Some(self.page.len());
        self.phase = Phase::Begun;
        self.family.begin(family, self.dialect);
    }

    #[inline]
    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        if self.family.is_odd {
            return self.odd_point(labels, point, timestamp);
        }
        self.put(labels, point, timestamp);
    }

    fn counts(&mut self, scope: &str, counts: &[Count<'_>]) {
        if self.family.is_odd || self.options.created {
            for count in counts {
                self.point(Labels { scope, own: count.own }, &count.point(), None);
            }
            return;
        }
        if self.enters(scope) {
            self.family.value.count_lines(&mut self.page, counts);
        }
    }

    fn abandon(&mut self) {
        if let Some(start) = self.start {
            self.page.truncate(start);
        }
        self.behind.iter_mut().for_each(|behind| behind.truncate(0));
        self.phase = Phase::Abandoned;
    }
}

impl Lines {
    /// A point whose labels may have names that are to be escaped, or that is one line.
    #[cold]
    #[inline(never)]
    fn odd_point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let own = &*escape_labels(labels.own, self.options.escaping);
        if !self.dialect.is_composite {
            self.put(Labels { own, ..labels }, point, timestamp);
        } else if self.enters(labels.scope) {
            self.composite_point(own, point, timestamp);
        }
    }

    /// Makes ready for points with these constant labels; whether they are wanted.
    #[inline(always)]
    fn enters(&mut self, scope: &str) -> bool {
        match self.phase {
            Phase::Written => {}
            Phase::Begun => self.first_point(scope),
            Phase::Abandoned => return false,
        }
        let family = &mut self.family;
        // Not two empty strings: some processors take 70 ns to compare nothing at a dangling address.
        if !(family.scope.is_empty() && scope.is_empty()) && family.scope != scope {
            family.enter(scope);
        }
        true
    }

    #[inline(always)]
    fn put(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        if timestamp.is_some_and(|timestamp| timestamp < self.dialect.earliest) {
            return;
        }
        if !self.enters(labels.scope) {
            return;
        }
        let Self { page, family, .. } = self;
        match *point {
            // The usual cases apart: to take `value` as a whole first costs 2 ns, because it was written in two
            // halves just now.
            Point::Counter { value: Number::U64(value), exemplar: None, created } if timestamp.is_none() => {
                family.value.count_line(page, labels.own, value);
                if self.options.created {
                    self.created(labels.own, created, None);
                }
            }
            Point::Gauge { value, .. } if timestamp.is_none() => family.value.line(page, labels.own, value),
            _ => self.any_point(labels.own, point, timestamp),
        }
    }
}

impl Encoder for Lines {
    fn as_bytes(&self) -> &[u8] {
        self.page.as_bytes()
    }

    fn take(&mut self) -> Vec<u8> {
        self.start = match self.start {
            Some(start) if start == self.page.len() => Some(0),
            _ => None,
        };
        self.page.take()
    }

    fn reuse(&mut self, memory: Vec<u8>) {
        self.page.reuse(memory);
    }

    fn clear(&mut self) {
        self.page.truncate(0);
        self.behind.iter_mut().for_each(|behind| behind.truncate(0));
        self.start = Some(0);
        self.phase = Phase::Abandoned;
    }

    fn is_undoable(&self) -> bool {
        self.start.is_some()
    }

    fn finish(&mut self) {
        self.end_family();
        self.page.push(self.dialect.end);
        self.start = None;
        self.phase = Phase::Abandoned;
    }
}

/// Appends texts.
pub(crate) fn push_all(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Appends a metric's name: in quotes, if only readers know it to whom names are given as they are.
pub(crate) fn push_name(out: &mut Vec<u8>, name: &str, suffix: &str) {
    if is_legacy_metric_name(name) {
        push_all(out, &[name, suffix]);
    } else {
        push_quoted(out, &[name, suffix]);
    }
}

/// The same of a label's name.
fn push_label_name(out: &mut Vec<u8>, name: &str) {
    if is_legacy_label_name(name) {
        push_all(out, &[name]);
    } else {
        push_quoted(out, &[name]);
    }
}

/// Appends the value of the last label, behind its first quote, and what stands before a number.
fn push_label(out: &mut Vec<u8>, value: &str) {
    push_escaped(out, value, b"\\\"\n");
    push_all(out, &["\"} "]);
}

/// Appends a text in quotes, of parts.
fn push_quoted(out: &mut Vec<u8>, texts: &[&str]) {
    out.push(b'"');
    texts.iter().for_each(|text| push_escaped(out, text, b"\\\"\n"));
    out.push(b'"');
}

/// Appends a text with a backslash before each of the `special` characters.
pub(crate) fn push_escaped(out: &mut Vec<u8>, text: &str, special: &[u8]) {
    for b in text.bytes() {
        if special.contains(&b) {
            out.push(b'\\');
        }
        out.push(if b == b'\n' { b'n' } else { b });
    }
}

#[cfg(test)]
mod tests;
