//! [OpenMetrics 2.0.0-rc0][spec], to the letter. A draft, which may still change.
//!
//! A family is named as its samples are, a point is one line, and histograms and summaries are values of several parts.
//! What the model has no place for:
//!
//! - A counter's name is without its `_total` there, and an info's without `_info`, as always.
//! - A unit that is not the last word of the name is left out; it would change the name.
//! - A counter keeps the last of its exemplars, a classic bucket the last of those that lie in it; other types keep none.
//!   Exemplars with more than [`Exemplar::MAX_CHARS`] are left out.
//! - Counts that are no whole numbers, and values of several parts without a type, are refused, although the
//!   specification allows them.
//!
//! Besides the family at hand, the names of all families are kept.
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/

mod composite;
mod sample;
mod states;

use super::Options;
use super::comment::Comment;
use super::error::{Fault, ParseFault};
use super::families::{Families, Format};
use super::family::Current;
use super::sample::Dialect;
use metrics_core::model::{Added, Kind, MetricFamily};
use sample::Sample;
use states::States;
use std::collections::HashSet;
use std::io::BufRead;

#[cfg(doc)]
use metrics_core::model::Exemplar;

static DIALECT: Dialect = Dialect { is_lax: false, time: |text| text.parse().ok(), exemplars: false };

/// The families of a page in memory.
///
/// ```
/// use metrics_exposition::parse;
///
/// let page = b"# TYPE sizes histogram\nsizes {count:3,sum:2.5,bucket:[1.0:2,+Inf:3]} st@1.5\n# EOF\n";
/// let families: Vec<_> = parse::openmetrics_2::parse(page).collect::<Result<_, _>>()?;
/// assert_eq!(families[0].samples()[0].to_string(), r#"sizes_bucket{le="1.0"} 2"#);
///
/// let error = parse::openmetrics_2::parse(b"# TYPE sizes histogram\nsizes {sum:1}\n").last().unwrap().unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 8));
/// # Ok::<(), parse::ParseError>(())
/// ```
pub fn parse(page: &[u8]) -> Families<&[u8]> {
    read(page, Options::UNLIMITED)
}

/// The families of a page that comes from a reader. Keeps one family at a time, of limited size.
pub fn read<R: BufRead>(reader: R, options: Options) -> Families<R> {
    Families::new(reader, options, Format::OpenMetrics2(Reader::default()))
}

/// What concerns more than one line.
#[derive(Default)]
pub(super) struct Reader {
    /// Those of all families.
    names: HashSet<String>,
    /// What the model calls the samples of the family.
    sample_name: String,
    states: States,
    /// The last point of the family.
    point: Option<usize>,
    is_over: bool,
}

impl Reader {
    #[inline]
    pub(super) fn line(&mut self, text: &str, current: &mut Current) -> Result<(), Fault> {
        if current.is_plain
            && let Some(family) = &mut current.family
            && !matches!(family.desc().kind, Kind::Histogram | Kind::GaugeHistogram | Kind::Summary | Kind::StateSet)
            && !text.contains('#')
            && let Some(sample) = DIALECT.quick(text, &current.head.name)
            && sample.name == current.head.name
            && let Ok(added) =
                family.add_rendered(&self.sample_name, &sample.labels, sample.value, sample.timestamp, None)
        {
            return self.follow(family.desc().kind, added);
        }
        self.any_line(text, current)
    }

    #[inline(never)]
    fn any_line(&mut self, text: &str, current: &mut Current) -> Result<(), Fault> {
        if self.is_over {
            return Err(ParseFault::AfterEof.at(0));
        }
        if text.is_empty() {
            return Err(ParseFault::BlankLine.at(0));
        }
        if text == "# EOF" {
            self.is_over = true;
            return self.end(current);
        }
        if text.starts_with('#') {
            return self.comment(text, current);
        }
        let sample = Sample::read(text, current)?;
        if sample.name != current.head.name {
            self.begin(&sample.name, sample.at, text.len(), current)?;
        }
        let family = self.family(current).map_err(|fault| fault.at(0))?;
        if family.desc().kind == Kind::StateSet
            && let Some((labels, value, timestamp)) = sample.state()?
        {
            return self.states.push(family, labels, value, timestamp);
        }
        let added = sample.add_to(family, &self.sample_name)?;
        self.follow(family.desc().kind, added)
    }

    pub(super) fn finish(&mut self, current: &mut Current) -> Result<(), Fault> {
        self.end(current)?;
        if self.is_over { Ok(()) } else { Err(ParseFault::MissingEof.at(0)) }
    }

    fn end(&mut self, current: &mut Current) -> Result<(), Fault> {
        self.states.end(current.family.as_mut())?;
        current.end()
    }

    fn begin(&mut self, name: &str, at: usize, len: usize, current: &mut Current) -> Result<(), Fault> {
        self.end(current)?;
        current.begin(name, len)?;
        self.point = None;
        match self.names.replace(name.to_owned()) {
            Some(name) => Err(ParseFault::Clash { name }.at(at)),
            None => Ok(()),
        }
    }

    /// Metrics are not interleaved, and neither are the states of a set.
    fn follow(&mut self, kind: Kind, added: Added) -> Result<(), Fault> {
        let last = self.point.replace(added.point);
        let follows = |last| added.point == last || (added.point > last && added.before.is_none_or(|p| p == last));
        // Infos have nothing else by which to tell one metric from another.
        if kind == Kind::Info || last.is_none_or(follows) { Ok(()) } else { Err(ParseFault::Interleaved.at(0)) }
    }

    /// The family, made when its first sample comes.
    fn family<'c>(&mut self, current: &'c mut Current) -> Result<&'c mut MetricFamily, ParseFault> {
        if current.family.is_none() {
            let family = whole(current)?.0;
            self.sample_name = [&family.desc().name, family.desc().kind.value_suffix()].concat();
            current.put(family);
        }
        Ok(current.family.as_mut().expect("made above"))
    }

    fn comment(&mut self, text: &str, current: &mut Current) -> Result<(), Fault> {
        let comment = Comment::read(text)?;
        if current.head.name != comment.name {
            self.begin(&comment.name, comment.name_at, text.len(), current)?;
        } else if current.family.is_some() {
            return Err(ParseFault::AfterSamples(comment.keyword).at(2));
        }
        comment.note(&mut current.head)?;
        let unit = whole(current).map_err(|fault| fault.at(comment.at))?.1;
        // One that the model has no place for.
        if !unit {
            current.head.unit = Some(String::new());
        }
        Ok(())
    }
}

/// The family as it is described so far, if name, type and unit fit; whether its unit is the last word of its name.
fn whole(current: &Current) -> Result<(MetricFamily, bool), ParseFault> {
    let head = &current.head;
    let kind = head.kind.unwrap_or(Kind::Unknown);
    if kind == Kind::Info && !head.name.ends_with("_info") {
        return Err(ParseFault::Rule("the name of an info ends with `_info`"));
    }
    let help = head.help.clone().unwrap_or_default();
    let family = MetricFamily::new(&head.name, help, kind).map_err(ParseFault::family)?;
    let unit = head.unit.clone().unwrap_or_default();
    if unit.is_empty() {
        return Ok((family, true));
    }
    let is_last_word = family.desc().name.strip_suffix(&*unit).is_some_and(|name| name.ends_with('_'));
    let with_unit = family.clone().with_unit(unit).map_err(ParseFault::family)?;
    Ok(if is_last_word { (with_unit, true) } else { (family, false) })
}
