//! [OpenMetrics 1.0][spec], to the letter.
//!
//! Refuses all that the specification forbids and the Python client's parser finds: comments that are out of order,
//! twice or unknown, names that clash, metrics and times out of order, histograms that are not whole, values that a type
//! cannot have, exemplars out of place, blanks too many, and a page without its end. Beyond it: a series twice at one
//! time, a counter without its total, quantiles that do not rise, `le` that is no number, blanks between labels or in
//! comments, and an exemplar beyond its bucket ([each bucket covers the values less and or equal to it, and the value of
//! the exemplar MUST be within this range][exemplars]). As there, names that not every reader knows may stand in quotes. Native histograms
//! are no part of this version.
//!
//! Besides the family at hand, the names of all families are kept.
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/
//! [exemplars]: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars

use super::Options;
use super::comment::Comment;
use super::error::{Fault, ParseFault};
use super::families::{Families, Format};
use super::family::{Current, has_sample};
use super::group::{Group, bound};
use super::sample::{Dialect, Places, Sample};
use metrics_core::model::{Kind, MetricFamily, Number};
use std::collections::HashSet;
use std::io::BufRead;

static DIALECT: Dialect = Dialect { is_lax: false, time: |text| text.parse().ok(), exemplars: true };

/// The families of a page in memory.
///
/// ```
/// use metrics_exposition::parse;
///
/// let page = b"# TYPE build info\nbuild_info{version=\"1.2\"} 1\n# EOF\n";
/// let families: Vec<_> = parse::openmetrics::parse(page).collect::<Result<_, _>>()?;
/// assert_eq!(families[0].samples()[0].to_string(), r#"build_info{version="1.2"} 1"#);
///
/// let cut_off = parse::openmetrics::parse(&page[..page.len() - 6]).last().unwrap();
/// assert!(cut_off.unwrap_err().to_string().contains("`# EOF` is missing"));
/// # Ok::<(), parse::ParseError>(())
/// ```
pub fn parse(page: &[u8]) -> Families<&[u8]> {
    read(page, Options::UNLIMITED)
}

/// The families of a page that comes from a reader. Keeps one family at a time, of limited size.
pub fn read<R: BufRead>(reader: R, options: Options) -> Families<R> {
    Families::new(reader, options, Format::OpenMetrics(Reader::default()))
}

/// What concerns more than one line.
#[derive(Default)]
pub(super) struct Reader {
    /// All that samples of the families so far may be named.
    names: HashSet<String>,
    group: Group,
    is_over: bool,
}

impl Reader {
    #[inline]
    pub(super) fn line(&mut self, text: &str, number: usize, current: &mut Current) -> Result<(), Fault> {
        if current.is_plain
            && let Some(family) = &mut current.family
            && let Some(mut sample) = DIALECT.quick(text, &family.desc().name)
            && (family.desc().kind != Kind::Counter || sample.name.len() > family.desc().name.len())
            && check(family, &sample).is_ok()
        {
            let parts = self.group.parts(family, &sample);
            if let Ok(added) = sample.add_to(family) {
                return self.group.add(family, added, parts, (number, text));
            }
        }
        self.any_line(text, number, current)
    }

    #[inline(never)]
    fn any_line(&mut self, text: &str, number: usize, current: &mut Current) -> Result<(), Fault> {
        if self.is_over {
            return Err(ParseFault::AfterEof.at(0));
        }
        if text.is_empty() {
            return Err(ParseFault::BlankLine.at(0));
        }
        if text == "# EOF" {
            self.end_group(current)?;
            self.is_over = true;
            return current.end();
        }
        if text.starts_with('#') {
            return self.comment(text, current);
        }
        let (mut sample, places) = DIALECT.read(text)?;
        let is_first = current.head.name.is_empty();
        if is_first || !has_sample(current.family()?, &sample.name, true) {
            self.begin(&sample.name, 0, text.len(), current)?;
        }
        let family = current.family()?;
        check(family, &sample).map_err(|fault| fault.at(&places))?;
        let parts = self.group.parts(family, &sample);
        let added = sample.add_to(family).map_err(|fault| places.family(fault))?;
        self.group.add(family, added, parts, (number, text))
    }

    pub(super) fn finish(&mut self, current: &mut Current) -> Result<(), Fault> {
        self.end_group(current)?;
        current.end()?;
        if self.is_over { Ok(()) } else { Err(ParseFault::MissingEof.at(0)) }
    }

    fn begin(&mut self, name: &str, at: usize, len: usize, current: &mut Current) -> Result<(), Fault> {
        self.end_group(current)?;
        current.begin(name, len)?;
        self.claim(name.to_owned(), at)
    }

    fn end_group(&mut self, current: &Current) -> Result<(), Fault> {
        match &current.family {
            Some(family) => self.group.end(family),
            None => Ok(()),
        }
    }

    /// A name that no other family may have.
    fn claim(&mut self, name: String, at: usize) -> Result<(), Fault> {
        match self.names.replace(name) {
            Some(name) => Err(ParseFault::Clash { name }.at(at)),
            None => Ok(()),
        }
    }

    fn comment(&mut self, text: &str, current: &mut Current) -> Result<(), Fault> {
        let comment = Comment::read(text)?;
        if current.head.name != comment.name {
            self.begin(&comment.name, comment.name_at, text.len(), current)?;
        } else if current.family.is_some() {
            return Err(ParseFault::AfterSamples(comment.keyword).at(2));
        }
        comment.note(&mut current.head)?;
        match comment.keyword {
            "TYPE" => {
                let family = whole(current).map_err(|fault| fault.at(comment.at))?;
                let suffixed = family.desc().sample_names().filter(|other| *other != comment.name);
                suffixed.into_iter().try_for_each(|name| self.claim(name, comment.name_at))
            }
            "UNIT" => whole(current).map(drop).map_err(|fault| fault.at(comment.at)),
            _ => Ok(()),
        }
    }
}

/// The family as it is described so far, if name, type and unit fit.
fn whole(current: &Current) -> Result<MetricFamily, ParseFault> {
    let head = &current.head;
    let kind = head.kind.unwrap_or(Kind::Unknown);
    let mut family = MetricFamily::new(&head.name, "", kind).map_err(ParseFault::family)?;
    if let Some(suffix) = head.name.strip_prefix(&*family.desc().name).filter(|suffix| !suffix.is_empty()) {
        return Err(ParseFault::Suffix(if suffix == "_total" { "_total" } else { "_info" }));
    }
    if let Some(unit) = head.unit.as_ref().filter(|unit| !unit.is_empty()) {
        if !head.name.strip_suffix(&**unit).is_some_and(|name| name.ends_with('_')) {
            return Err(ParseFault::Unit { unit: unit.clone() });
        }
        family = family.with_unit(unit.clone()).map_err(ParseFault::family)?;
    }
    Ok(family)
}

/// What is wrong with a sample.
enum Wrong {
    Value(&'static str),
    Exemplar(ParseFault),
}

impl Wrong {
    fn at(self, places: &Places) -> Fault {
        match self {
            Self::Value(rule) => places.value(ParseFault::Rule(rule)),
            Self::Exemplar(fault) => places.exemplar(fault),
        }
    }
}

/// What the model allows, because other formats do.
#[inline]
fn check(family: &MetricFamily, sample: &Sample<'_>) -> Result<(), Wrong> {
    if matches!(sample.value, Number::U64(_)) && sample.exemplar.is_none() {
        return Ok(());
    }
    let desc = family.desc();
    let (suffix, value) = (&sample.name[desc.name.len()..], sample.value.as_f64());
    if sample.exemplar.is_some()
        && !matches!(
            (desc.kind, suffix),
            (Kind::Counter, "_total") | (Kind::Histogram | Kind::GaugeHistogram, "_bucket")
        )
    {
        return Err(Wrong::Exemplar(ParseFault::ExemplarPlace));
    }
    if let Some(exemplar) = &sample.exemplar
        && suffix == "_bucket"
        && let Ok(bound) = bound(&sample.labels).parse::<f64>()
        && bound < f64::INFINITY
        && (exemplar.value() > bound || exemplar.value().is_nan())
    {
        let rule = "an exemplar lies in its bucket: its value is at most that of `le`";
        return Err(Wrong::Exemplar(ParseFault::Rule(rule)));
    }
    match (desc.kind, suffix) {
        (_, "_sum" | "_gsum") if value.is_nan() => Err(Wrong::Value("a sum is a number, and not NaN")),
        (_, "_sum") if value < 0.0 => Err(Wrong::Value("a sum is never negative, because it may only grow")),
        (Kind::Summary, "") if value < 0.0 => Err(Wrong::Value("the value of a quantile is never negative")),
        _ => Ok(()),
    }
}
