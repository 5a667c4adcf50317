//! Lines that are samples: `name{labels} value time st@time # exemplar # exemplar`.

use super::super::cursor::Cursor;
use super::super::error::{Fault, ParseFault};
use super::super::exemplar::time;
use super::super::family::Current;
use super::super::number;
use super::super::sample::{Metric, labels, metric};
use super::composite::{Histogram, Summary};
use metrics_core::model::{
    Added, CounterPoint, Exemplar, ExemplarError, FamilyFault, GaugeHistogramPoint, HistogramPoint, Kind, Labels,
    MetricFamily, Number, SummaryPoint, Timestamp,
};
use std::borrow::Cow;

/// A sample as it stands on a page.
pub(super) struct Sample<'a> {
    pub(super) name: Cow<'a, str>,
    /// Where the name is.
    pub(super) at: usize,
    /// Rendered.
    labels: String,
    value: Value,
    value_at: usize,
    timestamp: Option<Timestamp>,
    /// When the value was zero, and where that stands.
    start: Option<(Timestamp, usize)>,
    exemplars: Vec<Exemplar>,
}

/// What a sample says.
pub(super) enum Value {
    Number(Number),
    Histogram(Histogram),
    Summary(Summary),
}

impl<'a> Sample<'a> {
    /// Of what parts a value is, the type says.
    pub(super) fn read(line: &'a str, current: &Current) -> Result<Self, Fault> {
        let mut cursor = Cursor::new(line, false);
        let Metric { name, pairs, at } = metric(&mut cursor)?;
        let kind = current.head.kind.filter(|_| current.head.name == name).unwrap_or(Kind::Unknown);
        let value_at = cursor.at();
        let value = match kind {
            Kind::Histogram => Value::Histogram(Histogram::read(&mut cursor, "")?),
            Kind::GaugeHistogram => Value::Histogram(Histogram::read(&mut cursor, "g")?),
            Kind::Summary => Value::Summary(Summary::read(&mut cursor)?),
            _ if cursor.rest().starts_with('{') => {
                let rule = "only histograms and summaries have values of several parts";
                return cursor.fail(ParseFault::Rule(rule));
            }
            _ => Value::Number(number::value(cursor.word()).ok_or_else(|| ParseFault::Value.at(value_at))?),
        };
        let rendered = Labels::render(pairs.iter().map(|pair| (&pair.name, &pair.value)));
        let (timestamp, start, exemplars) = (None, None, Vec::new());
        let mut sample = Sample { name, at, labels: rendered, value, value_at, timestamp, start, exemplars };
        sample.read_behind_value(&mut cursor)?;
        Ok(sample)
    }

    fn read_behind_value(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        if !cursor.is_at_end() && !cursor.rest().starts_with(" # ") && !cursor.rest().starts_with(" st@") {
            cursor.expect(" ", "a blank and a time, or the end of the line")?;
            self.timestamp = Some(time(cursor, |text| text.parse().ok())?);
        }
        if cursor.skip(" st@") {
            let at = cursor.at();
            self.start = Some((time(cursor, |text| text.parse().ok())?, at));
        }
        while cursor.skip(" # ") {
            self.exemplars.extend(exemplar(cursor)?);
        }
        if cursor.is_at_end() { Ok(()) } else { cursor.fail(ParseFault::Expected("the end of the line")) }
    }

    /// Labels, value and time of a state.
    pub(super) fn state(&self) -> Result<Option<(String, Number, Option<Timestamp>)>, Fault> {
        // A start is refused with those of other types.
        let (Value::Number(value), None) = (&self.value, self.start) else { return Ok(None) };
        if ![0.0, 1.0].contains(&value.as_f64()) {
            return Err(ParseFault::Rule("a state's value is 0 or 1").at(self.value_at));
        }
        Ok(Some((self.labels.clone(), *value, self.timestamp)))
    }

    /// Adds it to its family, whose samples the model calls so.
    pub(super) fn add_to(self, family: &mut MetricFamily, name: &str) -> Result<Added, Fault> {
        let Sample { at, labels, value, value_at, timestamp, start, mut exemplars, .. } = self;
        let kind = family.desc().kind;
        if let Some((_, at)) = start
            && !matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary)
        {
            return Err(ParseFault::Rule("only counters, histograms and summaries have a start").at(at));
        }
        let created = start.map(|(start, _)| start);
        let refuse = |fault: FamilyFault| {
            let is_of_value =
                matches!(fault, FamilyFault::Value { .. } | FamilyFault::Count { .. } | FamilyFault::Buckets { .. });
            ParseFault::Family(fault).at(if is_of_value { value_at } else { at })
        };
        macro_rules! add {
            ($type:ident, $point:expr $(, $created:expr)?) => {{
                let mut point: $type = $point;
                $(if let Some(created) = $created {
                    point = point.created(created);
                })?
                if let Some(timestamp) = timestamp {
                    point = point.timestamp(timestamp);
                }
                family.add_rendered_point::<$type>(&labels, point)
            }};
        }
        let added = match value {
            Value::Histogram(histogram) if kind == Kind::GaugeHistogram => {
                add!(GaugeHistogramPoint, histogram.point(exemplars, value_at)?.map_err(refuse)?)
            }
            Value::Histogram(histogram) => {
                add!(HistogramPoint, histogram.point(exemplars, value_at)?.map_err(refuse)?, created)
            }
            Value::Summary(summary) => add!(SummaryPoint, summary.point(), created),
            Value::Number(number) if kind == Kind::Counter => {
                let mut point = CounterPoint::from(number);
                if let Some(exemplar) = exemplars.pop() {
                    point = point.exemplar(exemplar);
                }
                add!(CounterPoint, point, created)
            }
            Value::Number(number) => family.add_rendered(name, &labels, number, timestamp, None),
        };
        added.map_err(|error| refuse(error.fault))
    }
}

/// `{labels} value time`; `None` if its labels are longer than the model keeps.
fn exemplar(cursor: &mut Cursor<'_>) -> Result<Option<Exemplar>, Fault> {
    let at = cursor.at();
    let found = labels(cursor)?;
    if let Some((_, name_at)) = found.name {
        return Err(ParseFault::Expected("a label: an exemplar has no name").at(name_at));
    }
    cursor.expect(" ", "a blank and the exemplar's value")?;
    let value_at = cursor.at();
    let value = number::value(cursor.word()).ok_or_else(|| ParseFault::Value.at(value_at))?.as_f64();
    cursor.expect(" ", "a blank and the exemplar's time, which each has")?;
    let timestamp = time(cursor, |text| text.parse().ok())?;
    match Exemplar::new(found.pairs.iter().map(|pair| (&*pair.name, &*pair.value)), value) {
        Ok(exemplar) => Ok(Some(exemplar.at(timestamp))),
        Err(ExemplarError::TooLong { .. }) => Ok(None),
        Err(error) => Err(ParseFault::Family(FamilyFault::Exemplar(error)).at(at)),
    }
}
