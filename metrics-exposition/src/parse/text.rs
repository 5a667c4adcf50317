//! The Prometheus text format, [0.0.4 and 1.0.0][spec], with patience: what other clients write, and people.
//!
//! Blanks and blank lines may stand anywhere, carriage returns at the ends of lines, commas behind the last label;
//! comments other than `HELP` and `TYPE` are skipped. A sample that belongs to no family with a type is one of unknown
//! type. Counters may be named with `_total` or without. Names that not every reader knows stand in quotes:
//! `{"my.name",label="x"} 1`. Times are milliseconds.
//!
//! What cannot be a metric family is refused all the same: a series twice, a counter that is negative, buckets that do
//! not rise.
//!
//! [spec]: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

use super::cursor::{Cursor, unescape};
use super::error::{Fault, ParseFault};
use super::families::{Families, Format};
use super::family::{Current, has_sample};
use super::sample::Dialect;
use super::{Options, number};
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
    if let Some(family) = &mut current.family
        && let Some(sample) = DIALECT.quick(text)
        && has_sample(family, &sample.name, false)
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
    let sample = DIALECT.read(text)?;
    if current.head.name.is_empty() || !has_sample(current.family()?, &sample.name, false) {
        current.begin(&sample.name, text.len())?;
    }
    sample.add_to(current.family()?).map(drop)
}

/// What comes behind `#`.
fn comment(mut cursor: Cursor<'_>, len: usize, current: &mut Current) -> Result<(), Fault> {
    let is_apart = cursor.rest().starts_with(|c: char| c.is_ascii_whitespace());
    cursor.skip_blanks();
    let keyword = match cursor.word() {
        "HELP" if is_apart => "HELP",
        "TYPE" if is_apart => "TYPE",
        _ => return Ok(()),
    };
    cursor.skip_blanks();
    let name = cursor.metric_name()?;
    if !cursor.is_at_end() {
        cursor.expect_blank("a blank behind the metric's name")?;
    }
    if current.head.name != name {
        current.begin(&name, len)?;
    } else if current.family.is_some() {
        return cursor.fail(ParseFault::AfterSamples(keyword));
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
