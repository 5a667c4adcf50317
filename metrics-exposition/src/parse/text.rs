//! The Prometheus text format, [0.0.4 and 1.0.0][spec], with patience: what other clients write, and people.
//!
//! Takes what the Python client's parser takes. Blanks and blank lines may stand anywhere, carriage returns at the ends of
//! lines, commas where they separate nothing; comments other than `HELP` and `TYPE` are skipped. Names that not every
//! reader knows stand in quotes: `{"my.name",label="x"} 1`. Times are milliseconds.
//!
//! A page may hold more than a family can. Nothing of it is lost:
//!
//! | on the page | what comes of it |
//! |---|---|
//! | a sample of no family with a type | a family of unknown type, with those behind it that are named alike |
//! | a series twice, times that fall, buckets out of order | the family ends, and another part of it begins |
//! | a value that its type cannot have: a counter below zero, a bucket of one half | a family of unknown type, named like the sample |
//! | `HELP` or `TYPE` behind samples | another part of the family, of which it holds |
//!
//! So a name may come several times, with its help in the first. Counters may be named with `_total` or without; their samples have it.
//!
//! Unlike Python's parser, this one:
//!
//! - joins samples without a type into one family, and a type's `_created` and `_info` to their family;
//! - refuses what stands behind a time, of which Python takes the last word for the time (also an exemplar);
//! - refuses times that are infinite or NaN, and labels where a brace or a quote is left open or a name is missing;
//! - takes labels and values that stand there as they should, whatever blanks are between them and the braces, and
//!   knows `gaugehistogram` samples by their suffixes.
//!
//! [spec]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

use super::cursor::{Cursor, unescape};
use super::error::{Fault, ParseFault};
use super::families::{Families, Format};
use super::family::{Current, Head, has_sample};
use super::sample::Dialect;
use super::{Options, number};
use metrics_core::model::{Kind, MetricFamily};
use std::io::BufRead;

static DIALECT: Dialect = Dialect { is_lax: true, time: number::millis, exemplars: false };

/// The families of a page in memory.
///
/// ```
/// use metrics_exposition::parse;
///
/// let page = b"# TYPE jobs counter\n# Our jobs.\njobs { queue = \"mail\", } 3 1500\n{\"my.name\"} 0.5\n";
/// let families: Vec<_> = parse::text::parse(page).collect::<Result<_, _>>()?;
/// assert_eq!(families[0].samples()[0].to_string(), r#"jobs_total{queue="mail"} 3 1.5"#);
/// assert_eq!(families[1].desc().name, "my.name");
/// # Ok::<(), parse::ParseError>(())
/// ```
pub fn parse(page: &[u8]) -> Families<&[u8]> {
    read(page, Options::UNLIMITED)
}

/// The families of a page that comes from a reader. Keeps one family at a time, of limited size.
///
/// ```
/// use metrics_exposition::parse::{self, Options};
/// use std::io::BufReader;
///
/// let page = BufReader::new(&b"a 1\nb 2\n"[..]);
/// assert_eq!(parse::text::read(page, Options::default()).filter_map(Result::ok).count(), 2);
/// ```
pub fn read<R: BufRead>(reader: R, options: Options) -> Families<R> {
    Families::new(reader, options, Format::Text)
}

#[inline]
pub(super) fn line(text: &str, current: &mut Current) -> Result<(), Fault> {
    if current.is_plain
        && let Some(family) = &mut current.family
        && let Some(mut sample) = DIALECT.quick(text, &family.desc().name)
        && may_belong(family, &current.head, &sample.name)
        && sample.add_to(family).is_ok()
    {
        return Ok(());
    }
    any_line(text, current)
}

#[inline(never)]
fn any_line(text: &str, current: &mut Current) -> Result<(), Fault> {
    let text = text.strip_suffix('\r').unwrap_or(text);
    let mut cursor = Cursor::new(text, true);
    cursor.skip_blanks();
    if cursor.is_at_end() {
        return Ok(());
    }
    if cursor.skip("#") {
        return comment(cursor, text.len(), current);
    }
    let (mut sample, places) = DIALECT.read(text)?;
    if !current.head.name.is_empty() {
        current.family()?;
    }
    let goes_on = current.family.as_ref().is_some_and(|family| {
        has_sample(family, &sample.name, false) && may_belong(family, &current.head, &sample.name)
    });
    if !goes_on {
        current.begin(&sample.name, text.len())?;
    }
    if sample.add_to(current.family()?).is_ok() {
        return Ok(());
    }
    // What comes second may be the first of another part.
    if !current.family()?.is_empty() {
        current.end_part(text.len());
        if sample.add_to(current.family()?).is_ok() {
            return Ok(());
        }
    }
    let mut alone = MetricFamily::new(&sample.name, "", Kind::Unknown).map_err(|e| ParseFault::family(e).at(0))?;
    sample.add_to(&mut alone).map_err(|fault| places.family(fault))?;
    current.family = None;
    current.done.push_back(alone);
    Ok(())
}

/// Whether a name that begins like the family's may be one of its samples': where the counter has `_total` in its name,
/// none goes without.
#[inline]
fn may_belong(family: &MetricFamily, head: &Head, name: &str) -> bool {
    name.len() > family.desc().name.len() || name == head.name
}

/// What comes behind `#`.
fn comment(mut cursor: Cursor<'_>, len: usize, current: &mut Current) -> Result<(), Fault> {
    let is_apart = cursor.rest().starts_with(|c: char| c.is_ascii_whitespace());
    cursor.skip_blanks();
    let keyword = cursor.word();
    if !(is_apart && matches!(keyword, "HELP" | "TYPE")) {
        return Ok(());
    }
    cursor.skip_blanks();
    let name = cursor.metric_name()?;
    if !cursor.is_at_end() {
        cursor.expect_blank("a blank behind the metric's name")?;
    }
    if current.head.name != name {
        current.begin(&name, len)?;
    } else if current.family.is_some() {
        current.end_part(len);
    }
    if keyword == "HELP" {
        current.head.help = Some(unescape(cursor.rest(), false).into_owned());
        return Ok(());
    }
    let at = cursor.at();
    let word = cursor.word();
    if word.is_empty() {
        return cursor.fail(ParseFault::Expected("a type"));
    }
    current.head.kind = Some(word.parse().map_err(|unknown| ParseFault::Kind(unknown).at(at))?);
    cursor.skip_blanks();
    if cursor.is_at_end() { Ok(()) } else { cursor.fail(ParseFault::Expected("the end of the line")) }
}
