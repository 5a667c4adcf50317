//! Messages: what is written is read back, what other libraries write differently is read alike, and each fault has its
//! byte and its field.

use crate::any_family::family;
use crate::messages::{self, Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricType};
use crate::round_trip::registry;
use metrics_core::model::{Kind, MetricFamily, Sample};
use metrics_exposition::parse::{self, Options, ParseError, ParseFault};
use metrics_exposition::protobuf::generate_latest;
use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;
use std::collections::BTreeMap;
use std::io::BufReader;

fn parse(page: &[u8]) -> Result<Vec<MetricFamily>, ParseError> {
    parse::protobuf::parse(page).collect()
}

fn samples(page: &[u8]) -> Vec<String> {
    parse(page).unwrap().iter().flat_map(MetricFamily::samples).map(|sample| sample.to_string()).collect()
}

fn error(page: &[u8]) -> (Option<u64>, String, ParseFault) {
    let error = parse(page).unwrap_err();
    assert_eq!((error.line(), error.column()), (0, 0));
    (error.offset(), error.text().to_owned(), error.fault().clone())
}

fn metric(labels: &[(&str, &str)]) -> Metric {
    let pair = |(name, value): &(&str, &str)| LabelPair { name: Some((*name).into()), value: Some((*value).into()) };
    Metric { label: labels.iter().map(pair).collect(), ..Metric::default() }
}

fn page(kind: MetricType, name: &str, metric: Vec<Metric>) -> Vec<u8> {
    let family =
        messages::MetricFamily { name: Some(name.into()), r#type: Some(kind.into()), metric, ..Default::default() };
    family.encode_length_delimited_to_vec()
}

fn gauge(labels: &[(&str, &str)], value: f64) -> Metric {
    Metric { gauge: Some(Gauge { value: Some(value) }), ..metric(labels) }
}

/// As `key`s of samples, in which labels have no order.
fn keys(samples: &[Sample]) -> Vec<(String, BTreeMap<String, String>, String)> {
    let key = |sample: &Sample| {
        let rest = (sample.value.as_f64().to_bits(), sample.timestamp, &sample.exemplar, &sample.native_histogram);
        (sample.name.clone(), sample.labels.iter().cloned().collect(), format!("{rest:?}"))
    };
    samples.iter().map(key).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// `protobuf_properties` holds the page itself against the model.
    #[test]
    fn pages_lead_back(family in family(true), capacity in 1usize..100) {
        let kind = family.desc().kind;
        let page = generate_latest(&registry(vec![family]));
        let read = parse(&page).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let pieces = parse::protobuf::read(BufReader::with_capacity(capacity, &page[..]), Options::default());
        let pieces: Vec<_> = pieces.collect::<Result<_, _>>().map_err(|error| TestCaseError::fail(error.to_string()))?;
        // NaN is equal to none.
        prop_assert_eq!(format!("{pieces:?}").len(), format!("{read:?}").len());
        let again = generate_latest(&registry(read.clone()));
        if kind == Kind::Info {
            let samples = |families: &[MetricFamily]| families.iter().flat_map(|f| keys(&f.samples())).collect::<Vec<_>>();
            prop_assert_eq!(samples(&read), samples(&parse(&again).unwrap()));
        } else {
            prop_assert_eq!(again, page);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(page in vec(any::<u8>(), 0..200), capacity in 1usize..40) {
        let whole: Vec<_> = parse::protobuf::parse(&page).map(|family| format!("{family:?}").len()).collect();
        let pieces = parse::protobuf::read(BufReader::with_capacity(capacity, &page[..]), Options::UNLIMITED);
        prop_assert_eq!(pieces.map(|family| format!("{family:?}").len()).collect::<Vec<_>>(), whole);
    }

    #[test]
    fn nor_do_pages_with_mistakes(family in family(true), edits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut page = generate_latest(&registry(vec![family]));
        for (place, byte) in edits {
            if !page.is_empty() {
                let at = place.index(page.len());
                page[at] = byte;
            }
        }
        let _ = parse::protobuf::parse(&page).count();
    }
}

#[test]
fn messages_of_one_family_are_one() {
    let label = |n: usize| format!("a value that makes it long, and the number {n}");
    let many: Vec<_> = (0..200).map(|n| gauge(&[("n", &label(n))], 1.0)).collect();
    let first = page(MetricType::Gauge, "a", many[..100].to_vec());
    let second = page(MetricType::Gauge, "a", many[100..].to_vec());
    let other = page(MetricType::Gauge, "b", vec![gauge(&[], 1.0)]);
    let families = parse(&[&*first, &second, &other].concat()).unwrap();
    assert_eq!(families.iter().map(MetricFamily::len).collect::<Vec<_>>(), [200, 1]);
    let limit = first.len() + second.len() / 2;
    let options = Options { max_family: limit, ..Options::default() };
    let both = [&*first, &second].concat();
    let error = parse::protobuf::read(&both[..], options).find_map(Result::err).unwrap();
    assert_eq!(error.fault(), &ParseFault::FamilyTooLarge { limit });
    let (at, field, fault) = self::error(&[&*other, &other].concat());
    assert!(matches!(fault, ParseFault::Family(_)), "{fault:?}");
    assert_eq!((at.unwrap() > other.len() as u64, &*field), (true, "metric[0].gauge"));
}

#[test]
fn a_length_is_not_trusted() {
    let mut page = vec![0xff, 0xff, 0xff, 0xff, 0x7f];
    page.extend_from_slice(b"\x0a\x01a");
    let error = parse::protobuf::read(&page[..], Options::default()).last().unwrap().unwrap_err();
    assert_eq!(error.fault(), &ParseFault::FamilyTooLarge { limit: 64 << 20 });
    let (at, ..) = self::error(&page);
    assert_eq!(at, Some(page.len() as u64), "without a limit: where the page ends");
    assert!(parse(&[0xff; 11]).unwrap_err().to_string().contains("at most 64 bits"));
}

#[test]
fn other_libraries_write_differently() {
    // Packed, the last bucket missing, fields in another order, one that is not known, a time as double counts.
    let bucket =
        |bound: f64, count: u64| Bucket { upper_bound: Some(bound), cumulative_count: Some(count), exemplar: None };
    let histogram = Histogram {
        sample_count: Some(5),
        sample_sum: Some(2.5),
        bucket: vec![bucket(0.5, 3)],
        ..Histogram::default()
    };
    let classic =
        page(MetricType::Histogram, "h", vec![Metric { histogram: Some(histogram), ..metric(&[("a", "b")]) }]);
    assert_eq!(
        samples(&classic),
        [
            "h_bucket{a=\"b\",le=\"0.5\"} 3",
            "h_bucket{a=\"b\",le=\"+Inf\"} 5",
            "h_sum{a=\"b\"} 2.5",
            "h_count{a=\"b\"} 5"
        ]
    );
    let native =
        b"\x3a\x1b\x08\x06\x11\0\0\0\0\0\0\xf0\x3f\x28\x06\x62\x04\x08\x01\x10\x02\x6a\x02\x02\x06\xf2\x06\x01x";
    let message = [b"\x22\x1d".as_slice(), native, b"\x18\x04\x0a\x01n"].concat();
    let page = [&[u8::try_from(message.len()).unwrap()], &*message].concat();
    let families = parse(&page).unwrap();
    let native = families[0].samples().into_iter().find_map(|sample| sample.native_histogram).unwrap();
    assert_eq!((native.schema(), native.positive().counts()), (3, &[1, 4][..]));
    assert_eq!(native.count(), 6, "one observation is in no bucket");
}

#[test]
fn names_and_labels_of_all_characters() {
    let page = page(
        MetricType::Counter,
        "é.total",
        vec![Metric {
            counter: Some(Counter { value: Some(2.0), ..Counter::default() }),
            ..metric(&[("l.x", "\"\\\n"), ("plain", "é"), ("1", "digit")])
        }],
    );
    assert_eq!(samples(&page), [r#"{"é.total_total","l.x"="\"\\\n",plain="é","1"="digit"} 2.0"#]);
}

#[test]
fn faults_have_their_byte_and_their_field() {
    let with = |metric: Metric| page(MetricType::Counter, "a", vec![metric]);
    let counter = |value: f64| Some(Counter { value: Some(value), ..Counter::default() });
    let (at, field, _) = error(&with(Metric { counter: counter(-1.0), ..metric(&[]) }));
    assert_eq!((at, &*field), (Some(10), "metric[0].counter"));
    let (_, field, fault) = error(&with(metric(&[])));
    assert_eq!((&*field, matches!(fault, ParseFault::Wire(_))), ("metric[0].counter", true));
    let (_, field, _) = error(&with(Metric { counter: counter(1.0), ..metric(&[("a", "1"), ("a", "2")]) }));
    assert_eq!(field, "metric[0].counter");

    for (bytes, place) in [
        (&b"\x03\x0a\x05a"[..], (2, "")),
        (b"\x02\x0a\x01", (2, "")),
        (b"\x03\x0a\x01\xff", (3, "name")),
        (b"\x02\x08\x01", (1, "name")),
        (b"\x01\x0b", (1, "")),
        (b"\x02\x00\x00", (1, "")),
        (b"\x05\x0a\x01a\x18\x07", (1, "type")),
        (b"\x0b\x0a\x01a\x18\x01\x22\x04\x12\x02\x08\x01", (10, "metric[0].gauge.value")),
        (b"\x05\x0a\x01a", (4, "")),
        (b"\x03\x0a\x011\x80", (5, "")),
    ] {
        let (at, field, fault) = error(bytes);
        assert_eq!((at, &*field), (Some(place.0), place.1), "{bytes:x?} {fault}");
    }
}
