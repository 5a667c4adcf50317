//! A registry's families, one at a time.

use super::Family;
use metrics_core::Registry;
use metrics_core::model::{Desc, FamilySink, Labels, Location, Point, Sample, Timestamp};

pub(super) fn each_family(registry: &Registry, give: &mut dyn FnMut(&Family<'_>, Location)) {
    let mut sink = Sink { give, desc: None, samples: Vec::new() };
    let mut scrape = registry.scrape();
    // Behind a family that was abandoned half-way, a scrape goes on.
    while scrape.step(&mut sink).unwrap_or(true) {}
    sink.end();
}

struct Sink<'a> {
    give: &'a mut dyn FnMut(&Family<'_>, Location),
    desc: Option<Desc>,
    samples: Vec<Sample>,
}

impl Sink<'_> {
    fn end(&mut self) {
        if let Some(desc) = self.desc.take() {
            let family = Family { declares_units: true, ..Family::new(&desc, &self.samples) };
            (self.give)(&family, desc.location);
        }
        self.samples.clear();
    }
}

impl FamilySink for Sink<'_> {
    fn begin(&mut self, family: &Desc) {
        self.end();
        self.desc = Some(family.clone());
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        if let Some(desc) = &self.desc {
            point.samples(desc, labels, timestamp, &mut |sample| self.samples.push(sample));
        }
    }

    fn abandon(&mut self) {
        self.desc = None;
        self.samples.clear();
    }
}
