//! Requests as a library reads them that shares no code with the encoder, field by field as their [specifications][v2]
//! [have them][v1].
//!
//! [v2]: https://buf.build/prometheus/prometheus/docs/main:io.prometheus.write.v2
//! [v1]: https://github.com/prometheus/prometheus/blob/main/prompb/types.proto

use crate::receiver::Received;
use prost::Message;

pub(crate) const STALE: u64 = 0x7ff0_0000_0000_0002;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Request {
    #[prost(string, repeated, tag = "4")]
    pub(crate) symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TimeSeries {
    #[prost(uint32, repeated, tag = "1")]
    pub(crate) labels_refs: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) samples: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) histograms: Vec<Histogram>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) exemplars: Vec<ExemplarRefs>,
    #[prost(message, optional, tag = "5")]
    pub(crate) metadata: Option<Metadata>,
    /// Of release candidates up to 3.
    #[prost(int64, tag = "6")]
    pub(crate) created_timestamp: i64,
}

/// Of both versions; the first one has no time of the start.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Sample {
    #[prost(double, tag = "1")]
    pub(crate) value: f64,
    #[prost(int64, tag = "2")]
    pub(crate) timestamp: i64,
    #[prost(int64, tag = "3")]
    pub(crate) start_timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ExemplarRefs {
    #[prost(uint32, repeated, tag = "1")]
    pub(crate) labels_refs: Vec<u32>,
    #[prost(double, tag = "2")]
    pub(crate) value: f64,
    #[prost(int64, tag = "3")]
    pub(crate) timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Metadata {
    #[prost(int32, tag = "1")]
    pub(crate) r#type: i32,
    #[prost(uint32, tag = "3")]
    pub(crate) help_ref: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) unit_ref: u32,
}

/// Of both versions, but for the time of the start.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    pub(crate) count_int: Option<u64>,
    #[prost(double, tag = "3")]
    pub(crate) sum: f64,
    #[prost(sint32, tag = "4")]
    pub(crate) schema: i32,
    #[prost(double, tag = "5")]
    pub(crate) zero_threshold: f64,
    #[prost(uint64, optional, tag = "6")]
    pub(crate) zero_count_int: Option<u64>,
    #[prost(message, repeated, tag = "8")]
    pub(crate) negative_spans: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "9")]
    pub(crate) negative_deltas: Vec<i64>,
    #[prost(message, repeated, tag = "11")]
    pub(crate) positive_spans: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "12")]
    pub(crate) positive_deltas: Vec<i64>,
    #[prost(int32, tag = "14")]
    pub(crate) reset_hint: i32,
    #[prost(int64, tag = "15")]
    pub(crate) timestamp: i64,
    #[prost(int64, tag = "17")]
    pub(crate) start_timestamp: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct BucketSpan {
    #[prost(sint32, tag = "1")]
    pub(crate) offset: i32,
    #[prost(uint32, tag = "2")]
    pub(crate) length: u32,
}

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<FirstTimeSeries>,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<FirstMetadata>,
}

#[derive(Clone, PartialEq, Message)]
struct FirstTimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    exemplars: Vec<Exemplar>,
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(double, tag = "2")]
    value: f64,
    #[prost(int64, tag = "3")]
    timestamp: i64,
}

#[derive(Clone, PartialEq, Message)]
struct FirstMetadata {
    #[prost(int32, tag = "1")]
    r#type: i32,
    #[prost(string, tag = "2")]
    metric_family_name: String,
    #[prost(string, tag = "4")]
    help: String,
    #[prost(string, tag = "5")]
    unit: String,
}

/// A series of either version: its labels as `name{a="1"}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) labels: String,
    pub(crate) samples: Vec<Sample>,
    pub(crate) histograms: Vec<Histogram>,
    /// Labels, value, time.
    pub(crate) exemplars: Vec<(String, f64, i64)>,
    /// Type, help, unit; of version 1, of the family.
    pub(crate) metadata: (i32, String, String),
    pub(crate) created: i64,
}

impl Series {
    pub(crate) fn value(&self) -> f64 {
        assert_eq!((self.samples.len(), self.histograms.len()), (1, 0), "{self:?}");
        self.samples[0].value
    }

    pub(crate) fn is_stale(&self) -> bool {
        let sums = self.histograms.iter().map(|histogram| histogram.sum);
        self.samples.iter().map(|sample| sample.value).chain(sums).all(|value| value.to_bits() == STALE)
    }

    pub(crate) fn time(&self) -> i64 {
        self.samples.first().map_or_else(|| self.histograms[0].timestamp, |sample| sample.timestamp)
    }
}

/// Reads a request of version 2, and holds it against the rules of the specification.
pub(crate) fn second(received: &Received) -> Vec<Series> {
    let content_type = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    check_headers(received, content_type, "2.0.0");
    let request = Request::decode(&*plain(received)).unwrap();
    assert_eq!(request.symbols[0], "");
    let mut unique = request.symbols.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), request.symbols.len(), "each symbol is there once");
    let text = |number: u32| request.symbols[number as usize].clone();
    let labels = |numbers: &[u32]| {
        let (pairs, rest) = numbers.as_chunks::<2>();
        assert!(rest.is_empty());
        check_labels(pairs.iter().map(|[name, value]| (text(*name), text(*value))).collect())
    };
    let series = request.timeseries.iter().map(|series| {
        assert!(series.samples.is_empty() != series.histograms.is_empty(), "samples or histograms: {series:?}");
        let metadata = series.metadata.as_ref().unwrap();
        let starts = series.samples.iter().map(|sample| sample.start_timestamp);
        let starts = starts.chain(series.histograms.iter().map(|histogram| histogram.start_timestamp));
        starts.for_each(|start| assert_eq!(start, series.created_timestamp));
        Series {
            labels: labels(&series.labels_refs),
            samples: series.samples.clone(),
            histograms: series.histograms.clone(),
            exemplars: series.exemplars.iter().map(|e| (labels(&e.labels_refs), e.value, e.timestamp)).collect(),
            metadata: (metadata.r#type, text(metadata.help_ref), text(metadata.unit_ref)),
            created: series.created_timestamp,
        }
    });
    series.collect()
}

/// Reads a request of version 1.
pub(crate) fn first(received: &Received) -> Vec<Series> {
    check_headers(received, "application/x-protobuf", "0.1.0");
    let request = WriteRequest::decode(&*plain(received)).unwrap();
    let labels = |labels: &[Label]| check_labels(labels.iter().map(|l| (l.name.clone(), l.value.clone())).collect());
    let series = request.timeseries.iter().map(|series| {
        let name = labels(&series.labels);
        let name = name.split('{').next().unwrap();
        let of = |family: &&FirstMetadata| {
            let suffixes = ["", "_bucket", "_sum", "_count", "_gsum", "_gcount"];
            suffixes.iter().any(|suffix| name.strip_suffix(suffix) == Some(&*family.metric_family_name))
        };
        let metadata = request.metadata.iter().find(of).unwrap();
        Series {
            labels: labels(&series.labels),
            samples: series.samples.clone(),
            histograms: series.histograms.clone(),
            exemplars: series.exemplars.iter().map(|e| (labels(&e.labels), e.value, e.timestamp)).collect(),
            metadata: (metadata.r#type, metadata.help.clone(), metadata.unit.clone()),
            created: 0,
        }
    });
    series.collect()
}

fn plain(received: &Received) -> Vec<u8> {
    snap::raw::Decoder::new().decompress_vec(&received.body).unwrap()
}

fn check_headers(received: &Received, content_type: &str, version: &str) {
    assert_eq!(received.line, "POST /api/v1/write HTTP/1.1");
    assert_eq!(received.header("content-type"), Some(content_type));
    assert_eq!(received.header("content-encoding"), Some("snappy"));
    assert_eq!(received.header("x-prometheus-remote-write-version"), Some(version));
    assert!(received.header("user-agent").unwrap().starts_with("metrics-exposition/"));
}

/// Sorted, no name twice, nothing empty.
fn check_labels(labels: Vec<(String, String)>) -> String {
    assert!(labels.is_sorted_by(|(a, _), (b, _)| a < b), "{labels:?}");
    assert!(labels.iter().all(|(name, value)| !name.is_empty() && !value.is_empty()), "{labels:?}");
    let name = labels.iter().find(|(name, _)| name == "__name__").map_or("", |(_, value)| value);
    let others = labels.iter().filter(|(name, _)| name != "__name__");
    let others: Vec<_> = others.map(|(name, value)| format!("{name}={value:?}")).collect();
    if others.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", others.join(",")) }
}
