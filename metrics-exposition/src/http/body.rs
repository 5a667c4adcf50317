use super::content_coding::Coding;
use super::page::Rest;
use super::self_metrics::Counts;
use super::stopwatch::Stopwatch;
use crate::chunk::Chunk;
use metrics_core::registry::Aborted;
use std::time::Duration;
use std::{fmt, io, mem};

/// The body in chunks, each encoded when it is asked for.
///
/// An error means that the page cannot be completed, of which a part was sent already: break the connection off, so
/// that the client sees a page that was cut off (HTTP/1.1: without the final chunk), not one that lacks a family.
///
/// The default one is empty.
#[derive(Default)]
pub struct Body {
    state: State,
    meter: Option<Meter>,
}

#[derive(Default)]
enum State {
    Whole(Chunk),
    /// The first chunk waits.
    Begun(Chunk, Box<Rest>),
    /// Nothing waits.
    More(Box<Rest>),
    #[default]
    Ended,
}

/// Why a page cannot be completed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Broken {
    /// A metric panicked in a family of which a part was sent.
    Aborted(Aborted),
    /// It takes longer to compute than the [limit](super::Options::time_limit).
    Late {
        /// That limit.
        limit: Duration,
    },
    /// The encoder that compresses it failed.
    Compression(io::Error),
}

/// Counts what a page costs.
pub(super) struct Meter {
    pub(super) counts: Counts,
    pub(super) coding: Coding,
    /// Runs while something is computed.
    pub(super) watch: Stopwatch,
}

impl Body {
    pub(super) fn whole(page: Chunk) -> Self {
        Self { state: State::Whole(page), meter: None }
    }

    pub(super) fn begun(first: Chunk, rest: Box<Rest>) -> Self {
        Self { state: State::Begun(first, rest), meter: None }
    }

    pub(super) fn metered(self, mut meter: Meter) -> Self {
        meter.watch.pause();
        Self { meter: Some(meter), ..self }
    }

    /// How long it is, if it was built whole and was not taken yet.
    pub fn exact_len(&self) -> Option<usize> {
        match &self.state {
            State::Whole(page) => Some(page.len()),
            _ => None,
        }
    }

    /// Whether the next chunk only needs to be handed out: nothing is computed, no callback runs.
    pub fn is_encoded(&self) -> bool {
        !matches!(self.state, State::More(_))
    }

    /// How much of the [time limit](super::Options::time_limit) is left to compute the chunks to come. `None`: there is
    /// no limit.
    pub fn time_left(&self) -> Option<Duration> {
        self.meter.as_ref()?.watch.left()
    }

    fn compute(&mut self, mut rest: Box<Rest>) -> Option<Result<Chunk, Broken>> {
        let unlimited = &mut Stopwatch::start(None);
        let watch = self.meter.as_mut().map_or(unlimited, |meter| &mut meter.watch);
        watch.resume();
        let next = rest.next(watch);
        watch.pause();
        match next {
            Ok((chunk, is_longer)) => {
                if is_longer {
                    self.state = State::More(rest);
                }
                (!chunk.is_empty()).then_some(Ok(chunk))
            }
            Err(broken) => {
                if let Some(meter) = &self.meter {
                    meter.counts.broken();
                }
                Some(Err(broken))
            }
        }
    }
}

impl Iterator for Body {
    type Item = Result<Chunk, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match mem::take(&mut self.state) {
            State::Whole(page) => (!page.is_empty()).then_some(Ok(page)),
            State::Begun(first, rest) => {
                self.state = State::More(rest);
                Some(Ok(first))
            }
            State::More(rest) => self.compute(rest),
            State::Ended => None,
        };
        if let (Some(Ok(chunk)), Some(meter)) = (&next, &self.meter) {
            meter.counts.sent(meter.coding, chunk.len());
        }
        next
    }
}

impl std::iter::FusedIterator for Body {}

impl Drop for Meter {
    fn drop(&mut self) {
        self.counts.computed(self.watch.elapsed());
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.state {
            State::Begun(..) => "Body(begun)",
            State::More(_) => "Body(under way)",
            State::Whole(_) => "Body(whole)",
            State::Ended => "Body(ended)",
        })
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted(aborted) => aborted.fmt(f),
            Self::Late { limit } => write!(f, "the page takes longer to compute than {limit:?} (time_limit)"),
            Self::Compression(error) => write!(f, "the page could not be compressed: {error}"),
        }
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Aborted(aborted) => Some(aborted),
            Self::Late { .. } => None,
            Self::Compression(error) => Some(error),
        }
    }
}

impl From<Aborted> for Broken {
    fn from(aborted: Aborted) -> Self {
        Self::Aborted(aborted)
    }
}
