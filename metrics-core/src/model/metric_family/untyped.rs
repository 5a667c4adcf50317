//! Families that are put together from samples.

use super::super::{Exemplar, Kind, NativeHistogram, Number, Timestamp};
use super::point::{check_counter, check_quantile};
use super::value::{HistogramValue, Value};
use super::{FamilyError, FamilyFault, Metric, MetricFamily, render};
use std::borrow::Cow;

/// A sample as it came in.
struct Incoming<'a> {
    name: &'a str,
    /// What the type adds to the family's name.
    suffix: &'a str,
    /// Value of the label that belongs to the type.
    special: Option<&'a str>,
    value: Number,
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
        let sample = (name, labels, value.into(), exemplar, native_histogram);
        self.try_add_sample(sample, timestamp).map_err(|fault| self.error(fault))
    }

    #[allow(clippy::type_complexity, reason = "the arguments of `add_sample`")]
    fn try_add_sample(
        &mut self,
        (name, labels, value, exemplar, native): (
            &str,
            &[(&str, &str)],
            Number,
            Option<Exemplar>,
            Option<NativeHistogram>,
        ),
        timestamp: Option<Timestamp>,
    ) -> Result<(), FamilyFault> {
        let kind = self.desc.kind;
        let suffix = name.strip_prefix(&*self.desc.name).filter(|suffix| has_sample(kind, suffix));
        let Some(suffix) = suffix else {
            return Err(FamilyFault::SampleName { sample: name.to_owned(), kind });
        };
        let special_name = match (kind, suffix) {
            (Kind::Histogram | Kind::GaugeHistogram, "_bucket") => Some("le"),
            (Kind::Summary, "") => Some("quantile"),
            (Kind::StateSet, _) => Some(&*self.desc.name),
            _ => None,
        };
        let mut special = None;
        let mut own = Vec::new();
        for (label, text) in labels {
            if special_name == Some(label) && special.is_none() {
                special = Some(*text);
            } else {
                self.check_label(label, own.iter().map(|(name, _)| *name))?;
                own.push((*label, *text));
            }
        }
        own.sort_unstable_by_key(|(name, _)| *name);
        if let (Some(label), None) = (special_name, special) {
            let (sample, label) = (name.to_owned(), label.to_owned());
            return Err(FamilyFault::SampleLabel { sample, label, rule: "it is missing" });
        }
        let names: Vec<Cow<'static, str>> = own.iter().map(|(name, _)| Cow::Owned((*name).to_owned())).collect();
        let sample = Incoming { name, suffix, special, value, exemplar, native };
        self.put(render(own), sample, timestamp)?;
        // What the samples have, for who asks for it: not all need to have the same.
        for name in names.into_iter().filter(|_| kind != Kind::Info) {
            if !self.desc.label_names.contains(&name) {
                self.desc.label_names.push(name);
            }
        }
        Ok(())
    }

    /// Puts a sample into the point whose part it is, or begins one.
    fn put(&mut self, labels: String, sample: Incoming<'_>, time: Option<Timestamp>) -> Result<(), FamilyFault> {
        let last = self.last.get(&*labels).map(|last| &mut self.metrics[*last]);
        if let Some(Metric { value, .. }) = last.filter(|last| last.timestamp == time) {
            // A part that does not fit must leave no trace.
            let mut whole = value.clone();
            if !add(&mut whole, sample)? {
                return Err(FamilyFault::Duplicate { labels });
            }
            *value = whole;
            return Ok(());
        }
        let mut value = empty(self.desc.kind);
        add(&mut value, sample)?;
        self.push(labels, value, time)
    }
}

/// Whether samples of the type may have this suffix.
fn has_sample(kind: Kind, suffix: &str) -> bool {
    match suffix {
        // A counter's name and that of its family differ by the suffix only; a histogram's, if it is native.
        "" => kind != Kind::Info,
        suffix => kind.suffixes().contains(&suffix),
    }
}

fn empty(kind: Kind) -> Value {
    match kind {
        Kind::Counter => Value::Counter { value: None, exemplar: None, created: None },
        Kind::Gauge => Value::Gauge { value: None, exemplar: None },
        Kind::Histogram => Value::Histogram(HistogramValue::default()),
        Kind::GaugeHistogram => Value::GaugeHistogram(HistogramValue::default()),
        Kind::Summary => Value::Summary { quantiles: Vec::new(), count: None, sum: None, created: None },
        Kind::Info => Value::Info { is_there: false },
        Kind::StateSet => Value::StateSet { states: Vec::new() },
        Kind::Unknown => Value::Unknown { value: None, exemplar: None },
    }
}

/// Adds a sample to its point; `false` if it is there already.
fn add(point: &mut Value, sample: Incoming<'_>) -> Result<bool, FamilyFault> {
    let (suffix, number) = (sample.suffix, sample.value);
    let is_native = matches!((&*point, suffix), (Value::Histogram(_) | Value::GaugeHistogram(_), ""));
    if sample.native.is_some() && !is_native {
        return Err(FamilyFault::NotNative { sample: sample.name.to_owned() });
    }
    match point {
        Value::Counter { created, .. } if suffix == "_created" => set(created, time(number)?),
        Value::Counter { value, exemplar, .. } => {
            check_counter(number)?;
            *exemplar = sample.exemplar;
            set(value, number)
        }
        Value::Gauge { value, exemplar } | Value::Unknown { value, exemplar } => {
            *exemplar = sample.exemplar;
            set(value, number)
        }
        Value::Histogram(histogram) | Value::GaugeHistogram(histogram) => add_to_histogram(histogram, sample),
        Value::Summary { quantiles, count, sum, created } => match suffix {
            "_count" => set(count, whole(number)?),
            "_sum" => set(sum, number.as_f64()),
            "_created" => set(created, time(number)?),
            _ => {
                let quantile = bound(&sample, "quantile")?;
                check_quantile(quantiles.last().map(|(last, _)| *last), quantile)?;
                quantiles.push((quantile, number.as_f64()));
                Ok(true)
            }
        },
        Value::Info { is_there } => {
            if number.as_f64() != 1.0 {
                return Err(FamilyFault::Value { value: number.to_string(), rule: "the value of an info is 1" });
            }
            Ok(!std::mem::replace(is_there, true))
        }
        Value::StateSet { states } => {
            let state = sample.special.unwrap_or_default();
            let active = match number.as_f64() {
                0.0 => false,
                1.0 => true,
                _ => return Err(FamilyFault::Value { value: number.to_string(), rule: "a state's value is 0 or 1" }),
            };
            if states.iter().any(|(other, _)| other == state) {
                return Ok(false);
            }
            states.push((state.to_owned(), active));
            Ok(true)
        }
    }
}

fn add_to_histogram(histogram: &mut HistogramValue, sample: Incoming<'_>) -> Result<bool, FamilyFault> {
    match sample.suffix {
        "_bucket" => {
            let (bound, count) = (bound(&sample, "le")?, whole(sample.value)?);
            histogram.push(bound, count, sample.exemplar)?;
        }
        "_count" | "_gcount" => histogram.set_count(whole(sample.value)?)?,
        "_sum" | "_gsum" => {
            // Beside buckets below zero, too: other clients give it, and the formats leave it out that have to.
            return set(&mut histogram.sum, sample.value.as_f64());
        }
        "_created" => return set(&mut histogram.created, time(sample.value)?),
        _ => {
            let Some(native) = sample.native else {
                let rule = "a sample of this name is a native histogram; buckets are named `_bucket`";
                return Err(FamilyFault::Value { value: sample.value.to_string(), rule });
            };
            histogram.sum = histogram.sum.or(Some(native.sum()));
            return set(&mut histogram.native, Box::new(native));
        }
    }
    Ok(true)
}

#[allow(clippy::unnecessary_wraps, reason = "what `add` returns")]
fn set<T>(place: &mut Option<T>, value: T) -> Result<bool, FamilyFault> {
    Ok(place.replace(value).is_none())
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
fn bound(sample: &Incoming<'_>, label: &str) -> Result<f64, FamilyFault> {
    let text = sample.special.unwrap_or_default();
    let number = match text {
        "+Inf" => Some(f64::INFINITY),
        // Rust reads more than the formats have: `inf`, `nan`, `infinity`.
        text if text.bytes().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E')) => None,
        text => text.parse().ok(),
    };
    let rule = "it must be a number, or `+Inf`";
    let (sample, label) = (sample.name.to_owned(), label.to_owned());
    number.ok_or(FamilyFault::SampleLabel { sample, label, rule })
}
