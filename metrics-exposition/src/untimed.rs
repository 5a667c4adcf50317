//! Pages without times of their own, for readers that refuse a whole page because of one.

use crate::encoder::Encoder;
use metrics_core::Registry;
use metrics_core::model::{Count, Desc, FamilySink, Labels, Point, Timestamp};

/// A whole registry as one page, in which no sample has a time.
pub(crate) fn page(encoder: Box<dyn Encoder>, registry: &Registry) -> Vec<u8> {
    let mut untimed = self::encoder(encoder);
    untimed.encode(registry);
    untimed.take()
}

/// The same encoder, to which no sample has a time.
pub(crate) fn encoder(encoder: Box<dyn Encoder>) -> Box<dyn Encoder> {
    Box::new(Untimed(encoder))
}

struct Untimed(Box<dyn Encoder>);

impl FamilySink for Untimed {
    fn begin(&mut self, family: &Desc) {
        self.0.begin(family);
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, _: Option<Timestamp>) {
        self.0.point(labels, point, None);
    }

    fn counts(&mut self, scope: &str, counts: &[Count<'_>]) {
        self.0.counts(scope, counts);
    }

    fn abandon(&mut self) {
        self.0.abandon();
    }
}

impl Encoder for Untimed {
    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn take(&mut self) -> Vec<u8> {
        self.0.take()
    }

    fn reuse(&mut self, memory: Vec<u8>) {
        self.0.reuse(memory);
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn is_undoable(&self) -> bool {
        self.0.is_undoable()
    }

    fn finish(&mut self) {
        self.0.finish();
    }
}
