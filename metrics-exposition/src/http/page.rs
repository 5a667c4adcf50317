//! From what a request asks for to the page, or the first part of it.

use super::Broken;
use super::compress::{Compressor, End, SMALL};
use super::content_coding::{Coding, Wish};
use super::stopwatch::Stopwatch;
use crate::chunk::{self, Chunk};
use crate::encoder::{Encoder, EncoderOptions, Format, fill};
use metrics_core::Registry;
use metrics_core::name::EscapingScheme;
use metrics_core::registry::{Aborted, Scrape};
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

/// Up to here a page is built whole, which gives it a `Content-Length`.
const WHOLE: usize = 4 << 20;
/// Beyond, this much is encoded at once.
const CHUNK: usize = 64 << 10;

/// What distinguishes a page from others of the same registry.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) format: &'static Format,
    pub(super) escaping: EscapingScheme,
    pub(super) wish: Wish,
    /// `None`: all.
    pub(super) names: Option<BTreeSet<String>>,
}

/// A page up to its first byte, and how it is coded.
pub(super) enum Page {
    Whole(Chunk, Coding),
    Begun(Chunk, Box<Rest>, Coding),
}

/// Why there is none.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// Too many are computed already.
    Busy,
    /// Too many wait for this page already.
    Crowded,
    Late,
    Aborted(Aborted),
}

/// What of a page was not computed yet.
pub(super) struct Rest {
    scrape: Scrape,
    encoder: Box<dyn Encoder>,
    compressor: Option<Compressor>,
}

impl Wanted {
    /// Without the functions of the format, which have no identity.
    fn key(&self) -> (&str, &str, EscapingScheme, Wish, Option<&BTreeSet<String>>) {
        (self.format.media_type(), self.format.version(), self.escaping, self.wish, self.names.as_ref())
    }

    pub(super) fn compute(&self, registry: &Registry, created: bool, watch: &Stopwatch) -> Result<Page, Refusal> {
        let scrape = match &self.names {
            Some(names) => registry.restricted(names.iter().cloned()).scrape(),
            None => registry.scrape(),
        };
        let encoder = self.format.encoder(EncoderOptions { escaping: self.escaping, created });
        let mut rest = Box::new(Rest { scrape, encoder, compressor: None });
        rest.encoder.reuse(chunk::spare());
        let is_longer = rest.fill_first(watch)?;
        let first = Chunk::page(rest.encoder.take());
        let is_worth_it = first.len() > SMALL || self.wish.always;
        let (mut coding, mut coded) = (Coding::Identity, None);
        if is_worth_it && let Ok(Some(mut compressor)) = Compressor::new(self.wish.coding) {
            let end = if is_longer { End::No } else { End::Yes };
            // An encoder that fails is no reason to have no page.
            if let Ok(bytes) = compressor.compress(&first, end) {
                (coding, coded) = (self.wish.coding, Some(bytes));
                rest.compressor = Some(compressor);
            }
        }
        let first = coded.map_or(first, Chunk::small);
        Ok(if is_longer { Page::Begun(first, rest, coding) } else { Page::Whole(first, coding) })
    }
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Wanted {}

impl Hash for Wanted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl Rest {
    /// Encodes as much as may be built whole; whether there is more.
    fn fill_first(&mut self, watch: &Stopwatch) -> Result<bool, Refusal> {
        let mut len = 0;
        while len < WHOLE {
            let is_longer = fill(&mut self.scrape, &mut *self.encoder, (len + CHUNK).min(WHOLE));
            let is_longer = is_longer.map_err(Refusal::Aborted)?;
            if watch.is_over() {
                return Err(Refusal::Late);
            }
            if !is_longer {
                return Ok(false);
            }
            len = self.encoder.as_bytes().len();
        }
        Ok(true)
    }

    /// The next chunk, and whether there are more.
    pub(super) fn next(&mut self, watch: &Stopwatch) -> Result<(Chunk, bool), Broken> {
        let is_longer = fill(&mut self.scrape, &mut *self.encoder, CHUNK)?;
        if let (true, Some(limit)) = (watch.is_over(), watch.limit()) {
            return Err(Broken::Late { limit });
        }
        let bytes = self.encoder.take();
        let end = if is_longer { End::No } else { End::Yes };
        let bytes = match &mut self.compressor {
            Some(compressor) => compressor.compress(&bytes, end).map_err(Broken::Compression)?,
            None => bytes,
        };
        Ok((Chunk::small(bytes), is_longer))
    }
}
