//! A strict reader of pages, written from the specifications alone: it shares no code with the encoders.
//!
//! - text 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>
//! - OpenMetrics 1.0.0: <https://prometheus.io/docs/specs/om/open_metrics_spec/>
//!
//! It refuses what the specifications forbid, and what these encoders promise not to do (blank lines,
//! superfluous blanks, families without samples).

mod line;

use line::{sample, unescape};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Text,
    OpenMetrics,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Family {
    /// Without `_total`.
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) help: String,
    pub(crate) unit: String,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// What comes behind the family's name.
    pub(crate) suffix: String,
    pub(crate) labels: Vec<(String, String)>,
    /// As written.
    pub(crate) value: String,
}

impl Sample {
    pub(crate) fn number(&self) -> f64 {
        number(&self.value).unwrap()
    }
}

/// Reads a whole page, or says which line is wrong.
pub(crate) fn parse(page: &[u8], format: Format) -> Result<Vec<Family>, String> {
    let page = std::str::from_utf8(page).map_err(|error| error.to_string())?;
    let mut families: Vec<Family> = Vec::new();
    let mut comments = Vec::new();
    let mut ended = false;
    if !page.is_empty() && !page.ends_with('\n') {
        return Err("the last line does not end".into());
    }
    for line in page.split_terminator('\n') {
        let fail = |what: &str| Err(format!("{what}: {line}"));
        if ended {
            return fail("behind the end");
        }
        if line == "# EOF" && format == Format::OpenMetrics {
            ended = true;
        } else if let Some(comment) = line.strip_prefix("# ") {
            if comments.is_empty() {
                families.push(Family::default());
            }
            let (keyword, rest) = comment.split_once(' ').ok_or(format!("comment: {line}"))?;
            let (name, rest) = rest.split_once(' ').ok_or(format!("comment: {line}"))?;
            comments.push(keyword);
            let family = families.last_mut().unwrap();
            if comments.len() > 1 && family.name != name {
                return fail("comments of two families");
            }
            name.clone_into(&mut family.name);
            match keyword {
                "HELP" => family.help = unescape(rest, format == Format::OpenMetrics)?,
                "TYPE" => rest.clone_into(&mut family.kind),
                "UNIT" if format == Format::OpenMetrics => rest.clone_into(&mut family.unit),
                _ => return fail("unknown comment"),
            }
        } else {
            let Some(family) = families.last_mut() else { return fail("sample without family") };
            if family.samples.is_empty() {
                let order: &[&str] = if format == Format::Text { &["HELP", "TYPE"] } else { &["TYPE", "UNIT", "HELP"] };
                let expected: Vec<&str> =
                    order.iter().copied().filter(|k| *k != "UNIT" || !family.unit.is_empty()).collect();
                if comments != expected {
                    return fail("comments out of order");
                }
                if format == Format::Text && family.kind == "counter" {
                    let Some(name) = family.name.strip_suffix("_total") else { return fail("counter without _total") };
                    family.name = name.to_owned();
                }
            }
            comments.clear();
            let (name, labels, value) = sample(line)?;
            let Some(suffix) = name.strip_prefix(&*family.name) else { return fail("sample of another family") };
            let allowed: &[&str] = match &*family.kind {
                "counter" => &["_total"],
                "gauge" => &[""],
                "histogram" => &["_bucket", "_sum", "_count"],
                _ => return fail("unknown type"),
            };
            if !allowed.contains(&suffix) {
                return fail("suffix does not fit the type");
            }
            if number(&value).is_none() {
                return fail("no number");
            }
            family.samples.push(Sample { suffix: suffix.to_owned(), labels, value });
        }
    }
    if !comments.is_empty() {
        return Err("family without samples".into());
    }
    if !ended && format == Format::OpenMetrics {
        return Err("no end".into());
    }
    check(&families, format)?;
    Ok(families)
}

/// What a line alone does not show.
fn check(families: &[Family], format: Format) -> Result<(), String> {
    let mut names = BTreeSet::new();
    let mut series = BTreeSet::new();
    for family in families {
        let Family { name, kind, unit, samples, .. } = family;
        if !names.insert(name) {
            return Err(format!("two families {name}"));
        }
        if !unit.is_empty() && !name.ends_with(&format!("_{unit}")) {
            return Err(format!("{name} does not end with its unit"));
        }
        let mut histograms: BTreeMap<Vec<(String, String)>, Vec<&Sample>> = BTreeMap::new();
        let mut last = None;
        for sample in samples {
            let mut labels = sample.labels.clone();
            labels.sort();
            if labels.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(format!("{name}: a label twice"));
            }
            if !series.insert((name, &sample.suffix, labels.clone())) {
                return Err(format!("{name}: a series twice: {labels:?}"));
            }
            if kind == "counter" && (sample.number().is_nan() || sample.number() < 0.0) {
                return Err(format!("{name}: a counter that is {}", sample.value));
            }
            if kind == "histogram" {
                let mut own = labels.clone();
                own.retain(|(name, _)| name != "le");
                if last.as_ref() != Some(&own) && histograms.contains_key(&own) {
                    return Err(format!("{name}: interleaved"));
                }
                last = Some(own.clone());
                histograms.entry(own).or_default().push(sample);
            }
        }
        for samples in histograms.values() {
            check_histogram(samples, format).map_err(|what| format!("{name}: {what}"))?;
        }
    }
    Ok(())
}

fn check_histogram(samples: &[&Sample], format: Format) -> Result<(), String> {
    let buckets: Vec<&&Sample> = samples.iter().take_while(|s| s.suffix == "_bucket").collect();
    let mut bounds = Vec::new();
    let mut counts = Vec::new();
    for bucket in &buckets {
        let Some((name, le)) = bucket.labels.last() else { return Err("bucket without labels".into()) };
        let bound = number(le).ok_or("le is no number")?;
        // Canonical: as Go prints it, with a point.
        let canonical = le == "+Inf" || le.contains('e') || le.contains('.');
        let exponent = bound != 0.0 && !(1e-4..1e6).contains(&bound.abs()) && bound.is_finite();
        if name != "le" || !canonical || exponent != le.contains('e') {
            return Err(format!("le {le} is not canonical, or not last"));
        }
        bounds.push(bound);
        counts.push(bucket.value.parse::<u64>().map_err(|_| "a count is no integer")?);
    }
    if bounds.last() != Some(&f64::INFINITY) || !bounds.is_sorted_by(|a, b| a < b) || !counts.is_sorted() {
        return Err(format!("buckets {bounds:?} {counts:?}"));
    }
    match &samples[buckets.len()..] {
        [sum, count] if sum.suffix == "_sum" && count.suffix == "_count" => {
            if count.value.parse() != Ok(counts[counts.len() - 1]) {
                return Err("count is not the last bucket".into());
            }
            if format == Format::OpenMetrics && (sum.number().is_nan() || bounds[0] < 0.0) {
                return Err("a sum that must not be".into());
            }
            Ok(())
        }
        [] if format == Format::OpenMetrics => Ok(()),
        rest => Err(format!("behind the buckets: {rest:?}")),
    }
}

/// Go's `ParseFloat`, without the spellings that no one writes.
fn number(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        _ if text.bytes().all(|b| b.is_ascii_digit() || b"+-.e".contains(&b)) => text.parse().ok(),
        _ => None,
    }
}
