//! A message `Metric`.

use super::super::error::ParseFault;
use super::histogram::Histogram;
use super::wire::{Fault, Field, Message};
use memchr::memchr3;
use metrics_core::model::{
    CounterPoint, Exemplar, FamilyFault, GaugeHistogramPoint, GaugePoint, HistogramPoint, Kind, Labels, MetricFamily,
    SummaryPoint, Timestamp, UnknownPoint,
};

/// What was read of a metric. Serves one after the other.
#[derive(Default)]
pub(super) struct Point {
    /// Rendered.
    labels: String,
    histogram: Histogram,
}

/// One value, and what may come with it.
#[derive(Default)]
struct Number {
    value: f64,
    exemplar: Option<Exemplar>,
    created: Option<Timestamp>,
}

macro_rules! timed {
    ($point:expr, $timestamp:expr) => {
        match $timestamp {
            Some(timestamp) => $point.timestamp(timestamp),
            None => $point,
        }
    };
}

impl Point {
    /// Reads a metric, and adds it to its family.
    pub(super) fn read(&mut self, message: Message<'_>, family: &mut MetricFamily) -> Result<(), Fault> {
        let (mut rest, mut timestamp, mut value) = (message, None, None);
        let kind = family.desc().kind;
        let (wanted, name) = match kind {
            Kind::Counter => (3, "counter"),
            Kind::Summary => (4, "summary"),
            Kind::Histogram | Kind::GaugeHistogram => (7, "histogram"),
            Kind::Unknown => (5, "untyped"),
            _ => (2, "gauge"),
        };
        self.labels.clear();
        let mut labels = 0;
        while let Some(field) = rest.next()? {
            match field.number {
                1 => {
                    push_label(&field, &mut self.labels).map_err(|fault| fault.within_one("label", labels))?;
                    labels += 1;
                }
                6 => {
                    let millis = field.i64().map_err(|fault| fault.within("timestamp_ms"))?;
                    // In range by its remainder.
                    let nanos = u32::try_from(millis.rem_euclid(1_000) * 1_000_000).unwrap_or_default();
                    timestamp = Timestamp::new(millis.div_euclid(1_000), nanos);
                }
                number if number == wanted => value = Some(field.message().map_err(|fault| fault.within(name))?),
                _ => {}
            }
        }
        let Some(value) = value else {
            let rule = "a metric has a value of its family's type";
            return Err(Fault::new(message.at(), ParseFault::Wire(rule)).within(name));
        };
        let at = value.at();
        let added = self.add(value, timestamp, family).map_err(|fault| fault.within(name))?;
        added.map_err(|fault| Fault::new(at, ParseFault::Family(fault)).within(name))
    }

    /// An error is the message's, a fault in it the family's.
    fn add(
        &mut self,
        message: Message<'_>,
        time: Option<Timestamp>,
        family: &mut MetricFamily,
    ) -> Result<Result<(), FamilyFault>, Fault> {
        let labels = &self.labels;
        let added = match family.desc().kind {
            Kind::Counter => {
                let Number { value, exemplar, created } = Number::read(message)?;
                let mut point = CounterPoint::from(value);
                if let Some(exemplar) = exemplar {
                    point = point.exemplar(exemplar);
                }
                if let Some(created) = created {
                    point = point.created(created);
                }
                family.add_rendered_point::<CounterPoint>(labels, timed!(point, time))
            }
            Kind::Summary => family.add_rendered_point::<SummaryPoint>(labels, timed!(summary(message)?, time)),
            Kind::Histogram => {
                self.histogram.read(message)?;
                let created = self.histogram.created;
                let point = match self.histogram.point::<HistogramPoint>(message.at())? {
                    Ok(point) => match created {
                        Some(created) => point.created(created),
                        None => point,
                    },
                    Err(fault) => return Ok(Err(fault)),
                };
                family.add_rendered_point::<HistogramPoint>(labels, timed!(point, time))
            }
            Kind::GaugeHistogram => {
                self.histogram.read(message)?;
                match self.histogram.point::<GaugeHistogramPoint>(message.at())? {
                    Ok(point) => family.add_rendered_point::<GaugeHistogramPoint>(labels, timed!(point, time)),
                    Err(fault) => return Ok(Err(fault)),
                }
            }
            Kind::Unknown => {
                let point = UnknownPoint::from(Number::read(message)?.value);
                family.add_rendered_point::<UnknownPoint>(labels, timed!(point, time))
            }
            _ => {
                let point = GaugePoint::from(Number::read(message)?.value);
                family.add_rendered_point::<GaugePoint>(labels, timed!(point, time))
            }
        };
        Ok(added.map(drop).map_err(|error| error.fault))
    }
}

impl Number {
    fn read(mut message: Message<'_>) -> Result<Self, Fault> {
        let mut number = Self::default();
        while let Some(field) = message.next()? {
            match field.number {
                1 => number.value = field.f64().map_err(|fault| fault.within("value"))?,
                2 => number.exemplar = Some(exemplar(&field).map_err(|fault| fault.within("exemplar"))?),
                3 => number.created = Some(field.timestamp().map_err(|fault| fault.within("start_timestamp"))?),
                _ => {}
            }
        }
        Ok(number)
    }
}

fn summary(mut message: Message<'_>) -> Result<SummaryPoint, Fault> {
    let (mut count, mut sum, mut quantiles, mut created) = (0, 0.0, Vec::new(), None);
    while let Some(field) = message.next()? {
        match field.number {
            1 => count = field.u64().map_err(|fault| fault.within("sample_count"))?,
            2 => sum = field.f64().map_err(|fault| fault.within("sample_sum"))?,
            3 => quantiles.push(quantile(&field).map_err(|fault| fault.within_one("quantile", quantiles.len()))?),
            4 => created = Some(field.timestamp().map_err(|fault| fault.within("start_timestamp"))?),
            _ => {}
        }
    }
    let add = |point: SummaryPoint, (quantile, value)| point.quantile(quantile, value);
    let point = quantiles.into_iter().fold(SummaryPoint::from((count, sum)), add);
    Ok(match created {
        Some(created) => point.created(created),
        None => point,
    })
}

fn quantile(field: &Field<'_>) -> Result<(f64, f64), Fault> {
    let mut message = field.message()?;
    let (mut quantile, mut value) = (0.0, 0.0);
    while let Some(field) = message.next()? {
        match field.number {
            1 => quantile = field.f64().map_err(|fault| fault.within("quantile"))?,
            2 => value = field.f64().map_err(|fault| fault.within("value"))?,
            _ => {}
        }
    }
    Ok((quantile, value))
}

pub(super) fn exemplar(field: &Field<'_>) -> Result<Exemplar, Fault> {
    let mut message = field.message()?;
    let (mut labels, mut value, mut timestamp) = (Vec::new(), 0.0, None);
    while let Some(field) = message.next()? {
        match field.number {
            1 => labels.push(pair(&field).map_err(|fault| fault.within_one("label", labels.len()))?),
            2 => value = field.f64().map_err(|fault| fault.within("value"))?,
            3 => timestamp = Some(field.timestamp().map_err(|fault| fault.within("timestamp"))?),
            _ => {}
        }
    }
    let made = Exemplar::new(labels, value);
    let made = made.map_err(|error| field.fault(ParseFault::Family(FamilyFault::Exemplar(error))))?;
    Ok(match timestamp {
        Some(timestamp) => made.at(timestamp),
        None => made,
    })
}

/// A message `LabelPair`.
#[inline]
fn pair<'a>(field: &Field<'a>) -> Result<(&'a str, &'a str), Fault> {
    let mut message = field.message()?;
    let (mut name, mut value) = ("", "");
    while let Some(field) = message.next()? {
        match field.number {
            1 => name = field.text().map_err(|fault| fault.within("name"))?,
            2 => value = field.text().map_err(|fault| fault.within("value"))?,
            _ => {}
        }
    }
    Ok((name, value))
}

/// Renders a label behind those before it.
#[inline]
fn push_label(field: &Field<'_>, rendered: &mut String) -> Result<(), Fault> {
    let (name, value) = pair(field)?;
    if !rendered.is_empty() {
        rendered.push(',');
    }
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !name.starts_with(is_digit);
    if !name.is_empty() && is_plain && memchr3(b'"', b'\\', b'\n', value.as_bytes()).is_none() {
        rendered.push_str(name);
        rendered.push_str("=\"");
        rendered.push_str(value);
        rendered.push('"');
    } else {
        rendered.push_str(&Labels::render([(name, value)]));
    }
    Ok(())
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
