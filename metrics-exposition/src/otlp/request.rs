//! Reads a registry into requests.

use super::point::{self, Span, Times, put_attribute};
use super::unit::ucum;
use crate::page::Page;
use crate::protobuf::wire::{put_bytes, put_message, put_u64};
use crate::push::collect_whole;
use metrics_core::Registry;
use metrics_core::model::{Desc, FamilySink, Kind, Labels, Number, Point, Timestamp};
use std::mem;

/// An `ExportMetricsServiceRequest`.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) points: u64,
}

/// What a registry was at one time.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) bodies: Vec<Body>,
    /// Points of types that the protocol does not have.
    pub(super) refused: u64,
}

/// A request that has as many bytes is ended: beyond a MiB, one asks before it is sent.
const LONG: usize = 3 << 18;

/// How requests are written; the same for each push.
#[derive(Debug)]
pub(super) struct Style<'a> {
    pub(super) resource: &'a [(String, String)],
    pub(super) native: bool,
    pub(super) finish: fn(Vec<u8>) -> Vec<u8>,
}

pub(super) fn collect(registry: &Registry, style: &Style<'_>, times: Times) -> Collected {
    let mut resource = style.resource.to_vec();
    of_target(registry, &mut resource);
    if !resource.iter().any(|(name, _)| name == SERVICE) {
        resource.push((SERVICE.to_owned(), unknown_service()));
    }
    let mut sink = Sink {
        style,
        resource,
        times,
        family: None,
        begin: 0,
        whole: Part::default(),
        collected: Collected::default(),
    };
    collect_whole(registry, &mut sink);
    sink.end_family();
    sink.end_request();
    sink.collected
}

/// Labels of the info `target` are attributes of the resource. Those that were set win.
fn of_target(registry: &Registry, resource: &mut Vec<(String, String)>) {
    struct Target<'a>(&'a mut Vec<(String, String)>);

    impl FamilySink for Target<'_> {
        fn begin(&mut self, _: &Desc) {}

        fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, _: Option<Timestamp>) {
            for (name, value) in labels.pairs().filter(|_| matches!(point, Point::Info)) {
                if !self.0.iter().any(|(other, _)| *other == name) {
                    self.0.push((name.into_owned(), value.into_owned()));
                }
            }
        }

        fn abandon(&mut self) {}
    }

    let registry = registry.restricted(["target"]);
    // Collectors that have not described what they give are asked only once.
    if registry.descs().iter().any(is_target) {
        let mut scrape = registry.scrape();
        while scrape.step(&mut Target(resource)).is_ok_and(|goes_on| goes_on) {}
    }
}

const SERVICE: &str = "service.name";

/// As the [conventions][service] have it.
///
/// [service]: https://opentelemetry.io/docs/specs/semconv/resource/service/
fn unknown_service() -> String {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_name()).and_then(|name| name.to_str());
    name.map_or_else(|| "unknown_service".to_owned(), |name| format!("unknown_service:{name}"))
}

fn is_target(family: &Desc) -> bool {
    family.kind == Kind::Info && family.name == "target"
}

/// Metrics, or points of one.
#[derive(Debug, Default)]
struct Part {
    page: Page,
    points: u64,
}

/// The family at hand.
struct Family {
    desc: Desc,
    /// Of the type that most points of it are.
    plain: Part,
    /// Of its native histograms.
    exponential: Part,
    /// Requests that it has filled.
    bodies: Vec<Body>,
}

struct Sink<'a> {
    style: &'a Style<'a>,
    resource: Vec<(String, String)>,
    times: Times,
    family: Option<Family>,
    /// Points that were refused before the family.
    begin: u64,
    /// Metrics that go into the next request.
    whole: Part,
    collected: Collected,
}

impl FamilySink for Sink<'_> {
    fn begin(&mut self, family: &Desc) {
        self.end_family();
        self.begin = self.collected.refused;
        let (plain, exponential) = (Part::default(), Part::default());
        let new = || Family { desc: family.clone(), plain, exponential, bodies: Vec::new() };
        self.family = (!is_target(family)).then(new);
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        let Some(family) = &mut self.family else { return };
        let Family { desc, plain, exponential, .. } = family;
        let times = self.times;
        let span = |created| Span::new(times, timestamp, created);
        match *point {
            Point::Counter { value, exemplar, created } => plain.push(|page| {
                point::put_number(page, (labels, None), span(created), value, exemplar, times);
            }),
            Point::Gauge { value, exemplar } | Point::Unknown { value, exemplar } => plain.push(|page| {
                point::put_number(page, (labels, None), span(None), value, exemplar, times);
            }),
            Point::Info => plain.push(|page| {
                point::put_number(page, (labels, None), span(None), Number::U64(1), None, times);
            }),
            Point::StateSet { state, active } => plain.push(|page| {
                let state = Some((&*desc.name, state));
                point::put_number(page, (labels, state), span(None), Number::U64(active.into()), None, times);
            }),
            Point::Histogram { buckets, sum, native, created } => {
                match native.filter(|_| self.style.native || buckets.counts.is_empty()) {
                    Some(native) => exponential.push(|page| {
                        point::put_exponential(page, labels, span(created), native, buckets, times);
                    }),
                    None => plain.push(|page| point::put_histogram(page, labels, span(created), buckets, sum, times)),
                }
            }
            Point::Summary { quantiles, count: Some(count), sum, created } => plain.push(|page| {
                point::put_summary(page, labels, span(created), (quantiles, count, sum));
            }),
            _ => self.collected.refused += 1,
        }
        if plain.page.len() + exponential.page.len() >= LONG {
            let mut metrics = Part::default();
            family.put(&mut metrics);
            family.bodies.push(body(self.style, &self.resource, &mut metrics));
        }
    }

    fn abandon(&mut self) {
        self.family = None;
        self.collected.refused = self.begin;
    }
}

impl Sink<'_> {
    fn end_family(&mut self) {
        let Some(mut family) = self.family.take() else { return };
        self.collected.bodies.append(&mut family.bodies);
        family.put(&mut self.whole);
        if self.whole.page.len() >= LONG {
            self.end_request();
        }
    }

    fn end_request(&mut self) {
        if self.whole.points > 0 {
            self.collected.bodies.push(body(self.style, &self.resource, &mut self.whole));
        }
    }
}

impl Part {
    /// A field `data_points`, which has this number in all sorts of data.
    fn push(&mut self, write: impl FnOnce(&mut Page)) {
        self.points += 1;
        put_message(&mut self.page, 1, write);
    }
}

/// Which data a family is: the number of its field in a `Metric`.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Data {
    Gauge = 5,
    Sum = 7,
    Histogram = 9,
    Exponential = 10,
    Summary = 11,
}

impl Family {
    /// Moves its points into metrics, as one `Metric` or two.
    fn put(&mut self, metrics: &mut Part) {
        let Self { desc, plain, exponential, .. } = self;
        let data = match desc.kind {
            Kind::Counter | Kind::Info | Kind::StateSet => Data::Sum,
            Kind::Histogram => Data::Histogram,
            Kind::Summary => Data::Summary,
            _ => Data::Gauge,
        };
        for (data, part) in [(data, plain), (Data::Exponential, exponential)] {
            if part.points > 0 {
                put_message(&mut metrics.page, 2, |page| put_metric(page, desc, data, part));
                metrics.points += mem::take(&mut part.points);
                part.page.truncate(0);
            }
        }
    }
}

fn put_metric(page: &mut Page, desc: &Desc, data: Data, part: &Part) {
    const CUMULATIVE: u64 = 2;
    put_bytes(page, 1, [&desc.name, desc.kind.value_suffix()].concat().as_bytes());
    put_bytes(page, 2, desc.help.as_bytes());
    put_bytes(page, 3, ucum(desc.unit.as_deref().unwrap_or_default()).as_bytes());
    put_message(page, data as u32, |page| {
        page.push(part.page.as_bytes());
        if matches!(data, Data::Sum | Data::Histogram | Data::Exponential) {
            put_u64(page, 2, CUMULATIVE);
        }
        if data == Data::Sum && desc.kind == Kind::Counter {
            put_u64(page, 3, 1);
        }
    });
    put_attribute(page, 12, "prometheus.type", desc.kind.as_str());
}

/// A request of what is in `metrics`, of which nothing is left there.
fn body(style: &Style<'_>, resource: &[(String, String)], metrics: &mut Part) -> Body {
    let mut page = Page::default();
    put_message(&mut page, 1, |of_resource| {
        put_message(of_resource, 1, |page| {
            resource.iter().for_each(|(name, value)| put_attribute(page, 1, name, value));
        });
        put_message(of_resource, 2, |of_scope| {
            put_message(of_scope, 1, |page| {
                put_bytes(page, 1, env!("CARGO_PKG_NAME").as_bytes());
                put_bytes(page, 2, env!("CARGO_PKG_VERSION").as_bytes());
            });
            of_scope.push(metrics.page.as_bytes());
        });
    });
    metrics.page.truncate(0);
    Body { bytes: (style.finish)(page.take()), points: mem::take(&mut metrics.points) }
}
