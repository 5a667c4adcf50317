//! One sample a line: what the text formats have in common.
//!
//! ```text
//! http_requests_total{region="eu",method="get"} 42
//! └── head, made once a family ──┘└── own ────┘  └ number
//! ```
//!
//! The series' own labels come rendered and escaped, so that a line is two copies and a number.

mod number;
mod page;

use crate::encoder::Encoder;
use metrics_core::model::{Desc, FamilySink, Kind, Labels, Number, Point, Timestamp};
use page::{Page, Room};

/// Room for braces, blank, number and line feed.
const TAIL: usize = number::ROOM + 8;

/// In what the text formats differ.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Writes the comment lines above a family.
    pub(crate) header: fn(&mut Vec<u8>, &Desc),
    /// Whether a histogram goes without sum and count when its sum means nothing.
    pub(crate) sum_must_mean_something: bool,
    /// What a page ends with.
    pub(crate) end: &'static [u8],
}

/// An encoder of lines.
#[derive(Debug)]
pub(crate) struct Lines {
    dialect: &'static Dialect,
    created: bool,
    page: Page,
    /// Where in `page` the family starts that was begun last; `None` if a part of it was taken.
    start: Option<usize>,
    phase: Phase,
    family: Family,
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

/// What is made ready once for each family.
#[derive(Debug, Default)]
struct Family {
    name: String,
    kind: Option<Kind>,
    /// The comment lines.
    header: Vec<u8>,
    /// The constant labels for which the heads were made.
    scope: String,
    value: Head,
    bucket: Head,
    sum: Head,
    count: Head,
    created: Head,
    /// The bounds for which `les` was made.
    bounds: Vec<f64>,
    les: Vec<Le>,
    /// `name_bucket{labels,le="` of the series at hand.
    series: Vec<u8>,
}

/// How the lines of one suffix begin.
#[derive(Debug, Default)]
struct Head {
    /// `name_total{` or `name_total{scope,`.
    open: Vec<u8>,
    /// The same for a series without labels of its own: `name_total ` or `name_total{scope} `.
    bare: Vec<u8>,
}

/// `0.005"} `, padded: copying a known length is faster, see [`Room::put_padded`].
#[derive(Debug)]
struct Le {
    text: [u8; Self::LEN],
    len: usize,
}

impl Lines {
    pub(crate) fn new(dialect: &'static Dialect, created: bool) -> Self {
        Self {
            dialect,
            created,
            page: Page::default(),
            start: Some(0),
            phase: Phase::Abandoned,
            family: Family::default(),
        }
    }

    fn first_point(&mut self, scope: &str) {
        self.page.push(&self.family.header);
        self.family.enter(scope);
        self.phase = Phase::Written;
    }

    fn histogram(&mut self, own: &str, bounds: &[f64], counts: &[u64], sum: f64, created: Option<Timestamp>) {
        let Self { page, family, .. } = self;
        family.prepare_les(bounds);
        family.prepare_series(own);
        let mut total = 0u64;
        let line = family.series.len() + Le::LEN + TAIL;
        let mut room = page.room(counts.len() * line);
        for (le, count) in family.les.iter().zip(counts) {
            total = total.saturating_add(*count);
            room.put_short(&family.series);
            room.put_padded(&le.text, le.len);
            number::put_u64(&mut room, total);
            room.put(b"\n");
        }
        room.commit();
        let means_something = !sum.is_nan() && bounds.first().is_none_or(|bound| *bound >= 0.0);
        if means_something || !self.dialect.sum_must_mean_something {
            family.sum.line(page, own, sum.into());
            family.count.count_line(page, own, total);
        }
        self.created(own, created);
    }

    fn created(&mut self, own: &str, created: Option<Timestamp>) {
        if self.created
            && let Some(created) = created
        {
            self.family.created.line(&mut self.page, own, created.as_secs_f64().into());
        }
    }
}

impl FamilySink for Lines {
    fn begin(&mut self, family: &Desc) {
        self.start = Some(self.page.len());
        self.phase = Phase::Begun;
        self.family.name.clone_from(&family.name);
        self.family.kind = Some(family.kind);
        self.family.header.clear();
        (self.dialect.header)(&mut self.family.header, family);
    }

    #[inline]
    fn point(&mut self, labels: Labels<'_>, point: Point<'_>) {
        match self.phase {
            Phase::Written => {}
            Phase::Begun => self.first_point(labels.scope),
            Phase::Abandoned => return,
        }
        let Self { page, family, .. } = self;
        // Not two empty strings: some processors take 70 ns to compare nothing at a dangling address.
        if !(family.scope.is_empty() && labels.scope.is_empty()) && family.scope != labels.scope {
            family.enter(labels.scope);
        }
        match point {
            // The usual case apart: to take `value` as a whole first costs 2 ns, because it was written in two
            // halves just now.
            Point::Counter { value: Number::U64(value), .. } => family.value.count_line(page, labels.own, value),
            Point::Counter { value, .. } | Point::Gauge { value } => family.value.line(page, labels.own, value),
            Point::Histogram { bounds, counts, sum, created } => {
                self.histogram(labels.own, bounds, counts, sum, created);
            }
            // A type that is newer than this encoder has no line here.
            _ => {}
        }
        if self.created
            && let Point::Counter { created, .. } = point
        {
            self.created(labels.own, created);
        }
    }

    fn abandon(&mut self) {
        if let Some(start) = self.start {
            self.page.truncate(start);
        }
        self.phase = Phase::Abandoned;
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
        self.start = Some(0);
        self.phase = Phase::Abandoned;
    }

    fn is_undoable(&self) -> bool {
        self.start.is_some()
    }

    fn finish(&mut self) {
        self.page.push(self.dialect.end);
        self.start = None;
        self.phase = Phase::Abandoned;
    }
}

impl Family {
    /// Makes the heads for these constant labels.
    #[cold]
    fn enter(&mut self, scope: &str) {
        scope.clone_into(&mut self.scope);
        let total = if self.kind == Some(Kind::Counter) { "_total" } else { "" };
        self.value.prepare(&self.name, total, scope);
        self.created.prepare(&self.name, "_created", scope);
        if self.kind == Some(Kind::Histogram) {
            self.bucket.prepare(&self.name, "_bucket", scope);
            self.sum.prepare(&self.name, "_sum", scope);
            self.count.prepare(&self.name, "_count", scope);
        }
    }

    fn prepare_les(&mut self, bounds: &[f64]) {
        if self.bounds == bounds && !self.les.is_empty() {
            return;
        }
        self.bounds.clear();
        self.bounds.extend_from_slice(bounds);
        self.les.clear();
        self.les.extend(bounds.iter().chain([&f64::INFINITY]).map(|bound| Le::of(*bound)));
    }

    fn prepare_series(&mut self, own: &str) {
        self.series.clear();
        self.series.extend_from_slice(&self.bucket.open);
        if !own.is_empty() {
            self.series.extend_from_slice(own.as_bytes());
            self.series.push(b',');
        }
        self.series.extend_from_slice(b"le=\"");
    }
}

impl Head {
    fn prepare(&mut self, name: &str, suffix: &str, scope: &str) {
        let Self { open, bare } = self;
        open.clear();
        open.extend_from_slice(name.as_bytes());
        open.extend_from_slice(suffix.as_bytes());
        bare.clone_from(open);
        open.push(b'{');
        if !scope.is_empty() {
            open.extend_from_slice(scope.as_bytes());
            bare.clone_from(open);
            open.push(b',');
            bare.push(b'}');
        }
        bare.push(b' ');
    }

    /// A line with any number.
    #[inline(never)]
    fn line(&self, page: &mut Page, own: &str, value: Number) {
        let mut room = self.begin_line(page, own);
        number::put(&mut room, value);
        room.put(b"\n");
        room.commit();
    }

    /// A line with a count, which is what most lines are.
    #[inline(always)]
    fn count_line(&self, page: &mut Page, own: &str, value: u64) {
        let mut room = self.begin_line(page, own);
        number::put_u64(&mut room, value);
        room.put(b"\n");
        room.commit();
    }

    #[inline(always)]
    fn begin_line<'p>(&self, page: &'p mut Page, own: &str) -> Room<'p> {
        let mut room = page.room(self.open.len() + own.len() + TAIL);
        if own.is_empty() {
            room.put_short(&self.bare);
        } else {
            room.put_short(&self.open);
            room.put_short(own.as_bytes());
            room.put(b"} ");
        }
        room
    }
}

impl Le {
    /// Of the longest, `-2.2250738585072014e-308"} `, and padding.
    const LEN: usize = 32;

    fn of(bound: f64) -> Self {
        let mut bytes = Vec::new();
        number::write_canonical(&mut bytes, bound);
        bytes.extend_from_slice(b"\"} ");
        let mut text = [0; Self::LEN];
        text[..bytes.len()].copy_from_slice(&bytes);
        Self { text, len: bytes.len() }
    }
}

/// Appends texts.
pub(crate) fn push_all(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Appends a line of help with a backslash before each of the `special` characters.
pub(crate) fn push_escaped(out: &mut Vec<u8>, help: &str, special: &[u8]) {
    for b in help.bytes() {
        if special.contains(&b) {
            out.push(b'\\');
        }
        out.push(if b == b'\n' { b'n' } else { b });
    }
}

#[cfg(test)]
mod tests;
