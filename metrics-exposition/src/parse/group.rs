//! The point that is being read: whether its lines follow one another, and make it whole.

use super::error::{Fault, ParseFault};
use super::sample::Sample;
use metrics_core::model::{Added, FamilyFault, Kind, MetricFamily};

/// The lines of the last point.
#[derive(Default)]
pub(super) struct Group {
    point: Option<usize>,
    parts: Parts,
    /// Its last line.
    line: usize,
    text: String,
}

/// What there is of a point.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts(u8);

impl Parts {
    const TOTAL: u8 = 1;
    const INF: u8 = 2;
    const COUNT: u8 = 4;
    const SUM: u8 = 8;
    const NEGATIVE_SUM: u8 = 16;
    const BELOW_ZERO: u8 = 32;

    fn has(self, part: u8) -> bool {
        self.0 & part != 0
    }
}

impl Group {
    /// What a sample is of its point.
    #[inline]
    pub(super) fn parts(&self, family: &MetricFamily, sample: &Sample<'_>) -> Parts {
        let desc = family.desc();
        Parts(match &sample.name[desc.name.len()..] {
            "_total" => Parts::TOTAL,
            "_bucket" => match bound(&sample.labels) {
                "+Inf" => Parts::INF,
                bound if bound.starts_with('-') && bound.parse::<f64>().is_ok_and(|bound| bound < 0.0) => {
                    Parts::BELOW_ZERO
                }
                _ => 0,
            },
            "_count" | "_gcount" => Parts::COUNT,
            "_sum" | "_gsum" if sample.value.as_f64() < 0.0 => Parts::SUM | Parts::NEGATIVE_SUM,
            "_sum" | "_gsum" => Parts::SUM,
            _ => 0,
        })
    }

    /// A sample that was added to the family, and how it stands on the page.
    #[inline]
    pub(super) fn add(
        &mut self,
        family: &MetricFamily,
        added: Added,
        parts: Parts,
        (line, text): (usize, &str),
    ) -> Result<(), Fault> {
        if self.point == Some(added.point) {
            self.parts.0 |= parts.0;
        } else {
            // Infos have nothing else by which to tell one metric from another.
            let follows = |last| added.point > last && added.before.is_none_or(|before| before == last);
            if !self.point.is_none_or(follows) && family.desc().kind != Kind::Info {
                return Err(ParseFault::Interleaved.at(0));
            }
            self.end(family)?;
            (self.point, self.parts) = (Some(added.point), parts);
        }
        self.line = line;
        self.text.clear();
        self.text.push_str(text);
        Ok(())
    }

    /// Nothing more comes of the point: whether it is whole.
    #[inline]
    pub(super) fn end(&mut self, family: &MetricFamily) -> Result<(), Fault> {
        match self.point.take().and_then(|_| self.parts.check(family.desc().kind)) {
            None => Ok(()),
            Some(fault) => Err(Fault { earlier: Some((self.line, self.text.clone())), ..fault.at(0) }),
        }
    }
}

impl Parts {
    fn check(self, kind: Kind) -> Option<ParseFault> {
        let incomplete = |rule| Some(ParseFault::Incomplete(rule));
        match kind {
            Kind::Counter if !self.has(Self::TOTAL) => incomplete("a counter has a total; add `_total`"),
            Kind::Histogram | Kind::GaugeHistogram => match kind {
                _ if !self.has(Self::INF) => Some(ParseFault::Family(FamilyFault::MissingInf)),
                _ if self.has(Self::SUM) && !self.has(Self::COUNT) => {
                    incomplete("a histogram with a sum has a count; add it")
                }
                _ if self.has(Self::COUNT) && !self.has(Self::SUM) => {
                    incomplete("a histogram with a count has a sum; add it, or leave out both")
                }
                Kind::Histogram if self.has(Self::SUM) && self.has(Self::BELOW_ZERO) => {
                    incomplete("a histogram with buckets below zero has no sum, because it may fall; leave it out")
                }
                Kind::GaugeHistogram if self.has(Self::NEGATIVE_SUM) && !self.has(Self::BELOW_ZERO) => {
                    incomplete("the sum is negative, but no bucket is below zero")
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// The value of `le`. Behind an unescaped quote and a comma there is a label, so that no text looks like it.
pub(super) fn bound(labels: &str) -> &str {
    let behind = match labels.rfind(",le=\"") {
        Some(at) => &labels[at + 5..],
        None => labels.strip_prefix("le=\"").unwrap_or_default(),
    };
    behind.split('"').next().unwrap_or_default()
}
