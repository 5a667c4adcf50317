//! Families that are put together from samples.

use super::super::{Exemplar, Kind, Labels, NativeHistogram, Number, Timestamp};
use super::order::Own;
use super::point::{check_counter, check_quantile};
use super::value::{HistogramValue, ScalarValue, SummaryValue, Value};
use super::{FamilyError, FamilyFault, MetricFamily};
use std::borrow::Cow;

/// Where a sample went that was added to a [`MetricFamily`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Added {
    /// The number of the point that it is, or a part of, from 0.
    pub point: usize,
    /// If it began that point, the last one before it with the same labels.
    pub before: Option<usize>,
}

/// A label, by name and value.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A sample as it came in.
struct Incoming<'a> {
    name: &'a str,
    /// What the type adds to the family's name.
    suffix: &'a str,
    value: Number,
    timestamp: Option<Timestamp>,
    exemplar: Option<Exemplar>,
    native: Option<NativeHistogram>,
}

impl MetricFamily {
    /// Adds one sample, which may be a part of a point: one bucket of a histogram, say, the buckets in order, sum and
    /// count behind them. Samples with the same labels, apart from that of the type, and the same time are one point. The order of labels
    /// does not matter.
    ///
    /// `native_histogram` is for a sample that is named like its family; its `value` is ignored.
    ///
    /// # Errors
    /// If the type has no such sample, a label breaks a rule, the value cannot be, or the sample is there already.
    /// Nothing is added then.
    pub fn add_sample(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl Into<Number>,
        timestamp: Option<Timestamp>,
        exemplar: Option<Exemplar>,
        native_histogram: Option<NativeHistogram>,
    ) -> Result<(), FamilyError> {
        let pairs = labels.iter().map(|(name, text)| (Cow::Borrowed(*name), Cow::Borrowed(*text)));
        let (pairs, value) = (pairs.collect(), value.into());
        let added = self.suffix(name).and_then(|suffix| {
            let mut sample = Incoming { name, suffix, value, timestamp, exemplar, native: native_histogram };
            self.add_pairs(pairs, &mut sample)
        });
        added.map(drop).map_err(|fault| self.error(fault))
    }

    /// Adds one sample whose labels stand as [`Labels::own`] has them, that of the type among them: what a parser reads
    /// off a page. Far faster than [`add_sample`](Self::add_sample) where labels have the names of those before them,
    /// in order.
    ///
    /// ```
    /// use metrics_core::model::{Kind, MetricFamily};
    ///
    /// let mut latency = MetricFamily::new("latency", "Time to answer.", Kind::Histogram)?;
    /// let first = latency.add_rendered("latency_bucket", r#"path="/",le="0.5""#, 3, None, None)?;
    /// let second = latency.add_rendered("latency_bucket", r#"path="/",le="+Inf""#, 4, None, None)?;
    /// assert_eq!((first.point, second.point), (0, 0), "two parts of one point");
    /// assert!(latency.add_rendered("latency_sum", r#"path=/"#, 4, None, None).is_err());
    /// # Ok::<(), metrics_core::model::FamilyError>(())
    /// ```
    ///
    /// # Errors
    /// As [`add_sample`](Self::add_sample), and if the labels are not as [`Labels::render`] makes them.
    #[inline]
    pub fn add_rendered(
        &mut self,
        name: &str,
        labels: &str,
        value: impl Into<Number>,
        timestamp: Option<Timestamp>,
        exemplar: Option<Exemplar>,
    ) -> Result<Added, FamilyError> {
        let value = value.into();
        let added = self.suffix(name).and_then(|suffix| {
            self.add_text(labels, &mut Incoming { name, suffix, value, timestamp, exemplar, native: None })
        });
        added.map_err(|fault| self.error(fault))
    }

    /// What the type adds to the family's name in that of a sample.
    fn suffix<'a>(&self, name: &'a str) -> Result<&'a str, FamilyFault> {
        let kind = self.desc.kind;
        let suffix = name.strip_prefix(&*self.desc.name).filter(|suffix| has_sample(kind, suffix));
        suffix.ok_or_else(|| FamilyFault::SampleName { sample: name.to_owned(), kind })
    }

    /// The label by which the samples of a point differ.
    fn special_label(&self, suffix: &str) -> Option<&str> {
        match (self.desc.kind, suffix) {
            (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => Some("le"),
            (Kind::Summary, "") => Some("quantile"),
            (Kind::StateSet, _) => Some(&*self.desc.name),
            _ => None,
        }
    }

    fn add_text(&mut self, text: &str, sample: &mut Incoming<'_>) -> Result<Added, FamilyFault> {
        if let Some(own) = self.order.split(text, self.special_label(sample.suffix)) {
            return self.put(&own, sample);
        }
        self.add_pairs(pairs_of(text)?, sample)
    }

    /// Adds a point that is whole.
    pub(super) fn put_point(
        &mut self,
        text: &str,
        value: Value,
        time: Option<Timestamp>,
    ) -> Result<Added, FamilyFault> {
        let put = |family: &mut Self, own: Own<'_>| {
            let (point, found) = (family.series.len(), family.series.find(&own.labels));
            family.series.push(&own.labels, found, value, time)?;
            Ok(Added { point, before: found.ok() })
        };
        match self.order.split(text, None) {
            Some(own) => put(self, own),
            None => self.add_arranged(pairs_of(text)?, None, put),
        }
    }

    fn add_pairs(&mut self, pairs: Vec<Pair<'_>>, sample: &mut Incoming<'_>) -> Result<Added, FamilyFault> {
        let special = self.special_label(sample.suffix).map(str::to_owned);
        self.add_arranged(pairs, special.map(|label| (label, sample.name)), |family, own| family.put(&own, sample))
    }

    /// Adds what has these labels and perhaps that of the type, which a sample of this name needs.
    fn add_arranged(
        &mut self,
        pairs: Vec<Pair<'_>>,
        special: Option<(String, &str)>,
        put: impl FnOnce(&mut Self, Own<'_>) -> Result<Added, FamilyFault>,
    ) -> Result<Added, FamilyFault> {
        if self.order.is_empty() {
            for name in &self.desc.label_names {
                self.order.rank(name);
            }
        }
        let mut new = Vec::new();
        let added = self.arrange(pairs, special, &mut new).and_then(|own| put(self, own));
        match added {
            // What the samples have, for who asks for it: not all need to have the same.
            Ok(_) if self.desc.kind != Kind::Info => self.desc.label_names.extend(new.into_iter().map(Cow::Owned)),
            Ok(_) => {}
            Err(_) => self.order.forget(&new),
        }
        added
    }

    /// Checks labels, and puts them into the family's order; notes which it had none of.
    fn arrange<'a>(
        &mut self,
        pairs: Vec<Pair<'a>>,
        wanted: Option<(String, &str)>,
        new: &mut Vec<String>,
    ) -> Result<Own<'a>, FamilyFault> {
        let mut special = None;
        let mut own = Vec::new();
        for (label, text) in pairs {
            if special.is_none() && wanted.as_ref().is_some_and(|(wanted, _)| *wanted == label) {
                special = Some(text);
            } else {
                self.check_label(&label)?;
                let (rank, is_new) = self.order.rank(&label);
                if is_new {
                    new.push(label.clone().into_owned());
                }
                own.push((rank, label, text));
            }
        }
        if let (Some((label, sample)), None) = (wanted, &special) {
            let sample = sample.to_owned();
            return Err(FamilyFault::SampleLabel { sample, label, rule: "it is missing" });
        }
        own.sort_unstable_by_key(|(rank, ..)| *rank);
        if let Some(twice) = own.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(FamilyFault::DuplicateLabel { label: twice[0].1.clone().into_owned() });
        }
        let labels = Labels::render(own.into_iter().map(|(_, name, value)| (name, value)));
        Ok(Own { labels: Cow::Owned(labels), special })
    }

    /// Puts a sample into the point whose part it is, or begins one.
    fn put(&mut self, own: &Own<'_>, sample: &mut Incoming<'_>) -> Result<Added, FamilyFault> {
        let (labels, special) = (&*own.labels, own.special.as_deref());
        let (kind, found) = (self.desc.kind, self.series.find(labels));
        if let Ok(point) = found
            && self.series.timestamp(point) == sample.timestamp
        {
            if !add(kind, self.series.value_mut(point), special, sample)? {
                return Err(FamilyFault::Duplicate { labels: labels.to_owned() });
            }
            return Ok(Added { point, before: None });
        }
        let mut value = Value::empty(kind);
        add(kind, &mut value, special, sample)?;
        let point = self.series.len();
        self.series.push(labels, found, value, sample.timestamp)?;
        Ok(Added { point, before: found.ok() })
    }
}

/// What rendered labels say.
fn pairs_of(text: &str) -> Result<Vec<Pair<'_>>, FamilyFault> {
    let pairs: Vec<_> = Labels { scope: "", own: text }.pairs().collect();
    if Labels::render(pairs.iter().map(|(name, value)| (name, value))) != text {
        let rule = "labels are rendered in another way; see `Labels::render`";
        return Err(FamilyFault::Label { label: text.to_owned(), rule });
    }
    Ok(pairs)
}

/// Whether samples of the type may have this suffix.
fn has_sample(kind: Kind, suffix: &str) -> bool {
    match suffix {
        // A counter's name and that of its family differ by the suffix only; a histogram's, if it is native.
        "" => kind != Kind::Info,
        suffix => kind.suffixes().contains(&suffix),
    }
}

/// Adds a sample to its point, with the value of the label that belongs to the type; `false` if it is there already. What
/// does not fit leaves no trace.
fn add(kind: Kind, point: &mut Value, special: Option<&str>, sample: &mut Incoming<'_>) -> Result<bool, FamilyFault> {
    let number = sample.value;
    if sample.native.is_some() && !matches!((&*point, sample.suffix), (Value::Histogram(_), "")) {
        return Err(FamilyFault::NotNative { sample: sample.name.to_owned() });
    }
    match point {
        Value::Number(_) | Value::Scalar(_) => add_to_scalar(kind, point, sample),
        Value::Histogram(histogram) => add_to_histogram(histogram, special, sample),
        Value::Summary(summary) => add_to_summary(summary, special, sample),
        Value::Info { is_there } => {
            if number.as_f64() != 1.0 {
                return Err(FamilyFault::Value { value: number.to_string(), rule: "the value of an info is 1" });
            }
            Ok(!std::mem::replace(is_there, true))
        }
        Value::StateSet(set) => {
            let state = special.unwrap_or_default();
            let active = match number.as_f64() {
                0.0 => false,
                1.0 => true,
                _ => return Err(FamilyFault::Value { value: number.to_string(), rule: "a state's value is 0 or 1" }),
            };
            if set.states.iter().any(|(other, _)| other == state) {
                return Ok(false);
            }
            set.states.push((state.to_owned(), active));
            Ok(true)
        }
    }
}

fn add_to_scalar(kind: Kind, point: &mut Value, sample: &mut Incoming<'_>) -> Result<bool, FamilyFault> {
    let number = sample.value;
    if kind == Kind::Counter {
        if sample.suffix == "_created" {
            let created = time(number)?;
            return set(&mut scalar(point).created, created);
        }
        check_counter(number)?;
    }
    match (point, sample.exemplar.take()) {
        (Value::Number(Some(_)), _) => Ok(false),
        (Value::Number(value), None) => set(value, number),
        (point, exemplar) => {
            let scalar = scalar(point);
            let is_new = set(&mut scalar.value, number)?;
            if is_new {
                scalar.exemplar = exemplar;
            }
            Ok(is_new)
        }
    }
}

/// The same point with room for more than its number.
fn scalar(point: &mut Value) -> &mut ScalarValue {
    if let Value::Number(value) = point {
        *point = Value::Scalar(Box::new(ScalarValue { value: *value, ..ScalarValue::default() }));
    }
    match point {
        Value::Scalar(scalar) => scalar,
        _ => unreachable!("made above"),
    }
}

fn add_to_summary(
    summary: &mut SummaryValue,
    special: Option<&str>,
    sample: &Incoming<'_>,
) -> Result<bool, FamilyFault> {
    match sample.suffix {
        "_count" => set(&mut summary.count, whole(sample.value)?),
        "_sum" => set(&mut summary.sum, sample.value.as_f64()),
        "_created" => set(&mut summary.created, time(sample.value)?),
        _ => {
            let quantile = bound(special, sample, "quantile")?;
            check_quantile(summary.quantiles.last().map(|(last, _)| *last), quantile)?;
            summary.quantiles.push((quantile, sample.value.as_f64()));
            Ok(true)
        }
    }
}

fn add_to_histogram(
    histogram: &mut HistogramValue,
    special: Option<&str>,
    sample: &mut Incoming<'_>,
) -> Result<bool, FamilyFault> {
    match sample.suffix {
        "_bucket" => {
            let (bound, count) = (bound(special, sample, "le")?, whole(sample.value)?);
            histogram.push(bound, count, sample.exemplar.take())?;
        }
        "_count" | "_gcount" => histogram.set_count(whole(sample.value)?)?,
        "_sum" | "_gsum" => {
            // Beside buckets below zero, too: other clients give it, and the formats leave it out that have to.
            return set(&mut histogram.sum, sample.value.as_f64());
        }
        "_created" => return set(&mut histogram.created, time(sample.value)?),
        _ => {
            let Some(native) = sample.native.take() else {
                let rule = "a sample of this name is a native histogram; buckets are named `_bucket`";
                return Err(FamilyFault::Value { value: sample.value.to_string(), rule });
            };
            let sum = native.sum();
            let is_new = set(&mut histogram.native, Box::new(native))?;
            if is_new {
                histogram.sum = histogram.sum.or(Some(sum));
            }
            return Ok(is_new);
        }
    }
    Ok(true)
}

#[allow(clippy::unnecessary_wraps, reason = "what `add` returns")]
fn set<T>(place: &mut Option<T>, value: T) -> Result<bool, FamilyFault> {
    let is_new = place.is_none();
    if is_new {
        *place = Some(value);
    }
    Ok(is_new)
}

fn time(value: Number) -> Result<Timestamp, FamilyFault> {
    let rule = "it is no time, in seconds since 1970";
    Timestamp::from_secs_f64(value.as_f64()).ok_or_else(|| FamilyFault::Value { value: value.to_string(), rule })
}

/// A count: whole, and not negative.
fn whole(value: Number) -> Result<u64, FamilyFault> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared with the original")]
    let count = match value {
        Number::U64(count) => Some(count),
        Number::I64(count) => u64::try_from(count).ok(),
        Number::F64(count) => Some(count as u64).filter(|whole| Number::from(*whole).as_f64() == count),
    };
    count.ok_or_else(|| FamilyFault::Value { value: value.to_string(), rule: "a count is whole, and not negative" })
}

/// The value of a label that is a number.
fn bound(special: Option<&str>, sample: &Incoming<'_>, label: &str) -> Result<f64, FamilyFault> {
    let number = match special.unwrap_or_default() {
        "+Inf" => Some(f64::INFINITY),
        // Rust reads more than the formats have: `inf`, `nan`, `infinity`.
        text if text.bytes().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E')) => None,
        text => text.parse().ok(),
    };
    number.ok_or_else(|| {
        let rule = "it must be a number, or `+Inf`";
        FamilyFault::SampleLabel { sample: sample.name.to_owned(), label: label.to_owned(), rule }
    })
}
