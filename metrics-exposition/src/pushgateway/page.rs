//! What is pushed: a page that the Pushgateway takes.

use super::Format;
use super::grouping::Grouping;
use crate::encoder::{Encoder, EncoderOptions, fill};
use crate::{http_client, protobuf, text, untimed};
use metrics_core::Registry;
use metrics_core::model::{Count, Desc, FamilySink, Labels, Point, Timestamp};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

impl Format {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Text => text::CONTENT_TYPE_LATEST,
            // Without the escaping, of which versions before 1.11 know nothing.
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }

    fn encoder(self) -> Box<dyn Encoder> {
        match self {
            Self::Text => text::FORMAT.encoder(EncoderOptions::default()),
            Self::Protobuf => protobuf::whole_families(),
        }
    }
}

/// Without times of samples, for which the Pushgateway refuses a page.
///
/// # Errors
/// If a metric has a label of the grouping key: the Pushgateway would put its value over all of the metric's.
pub(super) fn page(format: Format, grouping: &Grouping, registry: &Registry) -> Result<Vec<u8>, String> {
    let clash = Clash::default();
    let page = untimed::page(watched(format, grouping, &clash), registry);
    clash.found().map_or(Ok(page), Err)
}

/// The same, compressed piece by piece, so that there never is a whole one.
///
/// # Errors
/// As [`page`].
pub(super) fn compressed(format: Format, grouping: &Grouping, registry: &Registry) -> Result<Vec<u8>, String> {
    let clash = Clash::default();
    let mut encoder = untimed::encoder(watched(format, grouping, &clash));
    let (mut scrape, mut gzip) = (registry.scrape(), http_client::gzip());
    let mut goes_on = true;
    while goes_on {
        let Ok(more) = fill(&mut scrape, &mut *encoder, PIECE) else {
            // Of a family that failed a part is compressed already. In a whole page it can be left out.
            let page = page(format, grouping, registry)?;
            gzip = http_client::gzip();
            gzip.write_all(&page).map_err(|error| error.to_string())?;
            break;
        };
        goes_on = more;
        let piece = encoder.take();
        gzip.write_all(&piece).map_err(|error| error.to_string())?;
        encoder.reuse(piece);
    }
    let compressed = gzip.finish().map_err(|error| error.to_string());
    clash.found().map_or(compressed, Err)
}

const PIECE: usize = 64 << 10;

fn watched(format: Format, grouping: &Grouping, clash: &Clash) -> Box<dyn Encoder> {
    let names = grouping.names().map(str::to_owned).collect();
    Box::new(Watched { encoder: format.encoder(), names, family: String::new(), clash: clash.clone() })
}

/// The first label that is one of both, as an error says it.
#[derive(Clone, Default)]
struct Clash(Arc<Mutex<Option<String>>>);

impl Clash {
    fn found(&self) -> Option<String> {
        self.lock().take()
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for labels of these names.
struct Watched {
    encoder: Box<dyn Encoder>,
    names: Vec<String>,
    family: String,
    clash: Clash,
}

impl Watched {
    fn watch(&mut self, labels: Labels<'_>) {
        // Most label sets have none of the names anywhere, which is soon seen.
        let text = |name: &str| labels.own.contains(name) || labels.scope.contains(name);
        if self.names.iter().any(|name| text(name)) {
            self.look(labels);
        }
    }

    fn look(&mut self, labels: Labels<'_>) {
        let Some((name, _)) = labels.pairs().find(|(name, _)| self.names.iter().any(|ours| ours == name)) else {
            return;
        };
        self.clash.lock().get_or_insert_with(|| {
            let family = &self.family;
            format!(
                "the label `{name}` is one of metric {family} and of the grouping key: give one of them another name"
            )
        });
    }
}

impl FamilySink for Watched {
    fn begin(&mut self, family: &Desc) {
        self.family.clear();
        self.family.push_str(&family.name);
        self.encoder.begin(family);
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        self.watch(labels);
        self.encoder.point(labels, point, timestamp);
    }

    fn counts(&mut self, scope: &str, counts: &[Count<'_>]) {
        for count in counts {
            self.watch(Labels { scope, own: count.own });
        }
        self.encoder.counts(scope, counts);
    }

    fn abandon(&mut self) {
        self.encoder.abandon();
    }
}

impl Encoder for Watched {
    fn as_bytes(&self) -> &[u8] {
        self.encoder.as_bytes()
    }

    fn take(&mut self) -> Vec<u8> {
        self.encoder.take()
    }

    fn reuse(&mut self, memory: Vec<u8>) {
        self.encoder.reuse(memory);
    }

    fn clear(&mut self) {
        self.encoder.clear();
    }

    fn is_undoable(&self) -> bool {
        self.encoder.is_undoable()
    }

    fn finish(&mut self) {
        self.encoder.finish();
    }
}
