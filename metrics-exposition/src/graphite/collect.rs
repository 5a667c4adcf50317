//! Reads a registry into chunks.

use super::chunks::{Chunks, Mark};
use super::sanitize::{Place, Sanitize, prefix};
use super::value::{push_python, push_short};
use super::{Protocol, pickle};
use crate::push::collect_whole;
use metrics_core::Registry;
use metrics_core::model::{Desc, FamilySink, Labels, Number, Point, Sample, Timestamp};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// carbon closes the connection over a line of 16 KiB, and all that follows it is lost.
const LONGEST_LINE: usize = 16_000;

/// How samples are written; the same for each push.
#[derive(Clone, Debug)]
pub(super) struct Style {
    pub(super) protocol: Protocol,
    pub(super) sanitize: Sanitize,
    pub(super) prefix: String,
    pub(super) tags: bool,
    pub(super) created: bool,
}

/// What a registry was, at one time.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) chunks: Chunks,
    /// Samples that are too long, or too early, for Graphite to take them.
    pub(super) dropped: u64,
    /// Samples that have the name of another one.
    pub(super) merged: u64,
    /// Whether names may have become one, so that they are to be compared.
    pub(super) loses: bool,
}

/// `compares`: whether it is to be found out which samples have one name. Takes eight bytes for each of them.
pub(super) fn collect(registry: &Registry, style: &Style, now: Timestamp, compares: bool) -> Collected {
    let chunks = Chunks::new(style.protocol.chunk_size());
    let mut sink = Sink {
        prefix: prefix(style.sanitize, &style.prefix),
        style,
        now,
        begin: Counts { mark: chunks.mark(), dropped: 0, merged: 0 },
        desc: None,
        collected: Collected { chunks, dropped: 0, merged: 0, loses: false },
        seen: compares.then(HashSet::new),
        hasher: RandomState::new(),
        line: String::new(),
        bytes: Vec::new(),
    };
    collect_whole(registry, &mut sink);
    sink.collected
}

struct Sink<'a> {
    style: &'a Style,
    prefix: String,
    now: Timestamp,
    desc: Option<Desc>,
    /// Where the family at hand begins.
    begin: Counts,
    collected: Collected,
    /// Hashes of the names so far.
    seen: Option<HashSet<u64>>,
    hasher: RandomState,
    line: String,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Counts {
    mark: Mark,
    dropped: u64,
    merged: u64,
}

impl FamilySink for Sink<'_> {
    fn begin(&mut self, family: &Desc) {
        self.desc = Some(family.clone());
        let Collected { chunks, dropped, merged, .. } = &self.collected;
        self.begin = Counts { mark: chunks.mark(), dropped: *dropped, merged: *merged };
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let Some(desc) = self.desc.take() else { return };
        let has_classic = matches!(
            point,
            Point::Histogram { buckets, .. } | Point::GaugeHistogram { buckets, .. } if !buckets.counts.is_empty()
        );
        point.samples(&desc, labels, timestamp, &mut |mut sample| {
            if sample.native_histogram.is_some() {
                // Graphite has no place for its buckets.
                if has_classic {
                    return;
                }
                sample.name.push_str(if matches!(point, Point::GaugeHistogram { .. }) { "_gcount" } else { "_count" });
            }
            let is_created =
                sample.name.len() == desc.name.len() + "_created".len() && sample.name.ends_with("_created");
            if self.style.created || !is_created {
                self.sample(sample);
            }
        });
        self.desc = Some(desc);
    }

    fn abandon(&mut self) {
        self.desc = None;
        self.collected.chunks.return_to(self.begin.mark);
        (self.collected.dropped, self.collected.merged) = (self.begin.dropped, self.begin.merged);
    }
}

impl Sink<'_> {
    fn sample(&mut self, mut sample: Sample) {
        let is_python = self.style.sanitize == Sanitize::Python;
        let value = sample.value.as_f64();
        let timestamp = sample.timestamp.filter(|_| !is_python).unwrap_or(self.now);
        // carbon leaves out what is no number without a word, and takes -1 for now.
        if value.is_nan() && !is_python {
            return;
        }
        sample.labels.sort();
        self.path(&sample);
        if timestamp.secs() < 0 || self.line.len() > LONGEST_LINE {
            self.collected.dropped += 1;
            return;
        }
        if let Some(seen) = &mut self.seen {
            self.collected.merged += u64::from(!seen.insert(self.hasher.hash_one(&self.line)));
        }
        self.put(sample.value, timestamp.secs());
    }

    /// Writes it to `line`.
    fn path(&mut self, sample: &Sample) {
        let Style { sanitize, tags, .. } = *self.style;
        let is_python = sanitize == Sanitize::Python;
        let (name_place, label_place, value_place) = match tags {
            true => (Place::TaggedName, Place::TagName, Place::TagValue),
            false => (Place::Node, Place::Node, Place::Node),
        };
        let out = &mut self.line;
        out.clear();
        out.push_str(&self.prefix);
        sanitize.push(out, &sample.name, name_place);
        let mut loses = sanitize.loses(&sample.name);
        for (name, value) in &sample.labels {
            loses |= value.is_empty() || sanitize.loses(name) || sanitize.loses(value);
            if value.is_empty() && !is_python {
                continue;
            }
            let is_taken = tags && name == "name" && !is_python;
            loses |= is_taken;
            out.push(if tags { ';' } else { '.' });
            sanitize.push(out, if is_taken { "exported_name" } else { name }, label_place);
            out.push(if tags { '=' } else { '.' });
            sanitize.push(out, value, value_place);
        }
        self.collected.loses |= loses;
    }

    fn put(&mut self, value: Number, secs: i64) {
        self.bytes.clear();
        if self.style.protocol == Protocol::Pickle {
            pickle::push_entry(&mut self.bytes, &self.line, secs, value.as_f64());
            return self.collected.chunks.push(&self.bytes);
        }
        self.line.push(' ');
        match self.style.sanitize {
            Sanitize::Python => push_python(&mut self.line, value.as_f64()),
            Sanitize::Carbon => push_short(&mut self.line, value),
        }
        self.line.push(' ');
        self.line.push_str(itoa::Buffer::new().format(secs));
        self.line.push('\n');
        self.collected.chunks.push(self.line.as_bytes());
    }
}
