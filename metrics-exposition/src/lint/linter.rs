use super::family::Family;
use super::rules::{Check, Limits, Names, RULES};
use super::{Problem, page, scrape};
use crate::parse::{PageFormat, ParseError};
use metrics_core::Registry;
use metrics_core::model::{Location, MetricFamily};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Which rules are applied, and how.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::lint::Linter;
///
/// let linter = Linter::new().disable("help-quality")?.max_series(50).rule(
///     "prefix",
///     "begin the name with the team's",
///     |family| if family.name().starts_with("shop_") { vec![] } else { vec!["has no prefix".to_owned()] },
/// );
/// let problems = linter.page(b"# HELP jobs Jobs that wait.\n# TYPE jobs gauge\njobs 3\n")?;
/// assert_eq!(problems[0].to_string(), "jobs has no prefix");
/// linter.assert_clean(&Registry::new());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// All rules go through the samples of one family after the other; these are in memory meanwhile, some 200 bytes each.
#[derive(Clone, Default)]
pub struct Linter {
    disabled: BTreeSet<String>,
    limits: Limits,
    own: Vec<Own>,
}

/// A rule of the user's.
#[derive(Clone)]
struct Own {
    id: &'static str,
    way_out: &'static str,
    check: Arc<OwnCheck>,
}

type OwnCheck = dyn Fn(&Family<'_>) -> Vec<String> + Send + Sync;

/// There is no rule of this id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownRule(
    /// The id.
    pub String,
);

impl Linter {
    /// All rules of [`RULES`](super::RULES).
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves a rule out.
    ///
    /// # Errors
    /// If there is no such rule.
    pub fn disable(mut self, id: &str) -> Result<Self, UnknownRule> {
        if !RULES.iter().map(|rule| rule.id).chain(self.own.iter().map(|own| own.id)).any(|known| known == id) {
            return Err(UnknownRule(id.to_owned()));
        }
        self.disabled.insert(id.to_owned());
        Ok(self)
    }

    /// Series that a family may have: 1,000 unless this is called.
    #[must_use]
    pub fn max_series(mut self, series: usize) -> Self {
        self.limits.series = series;
        self
    }

    /// Buckets that a series may have, that of +Inf included: 100 unless this is called.
    #[must_use]
    pub fn max_buckets(mut self, buckets: usize) -> Self {
        self.limits.buckets = buckets;
        self
    }

    /// Adds a rule: a function that says what is wrong with a family, if anything, and the way out.
    #[must_use]
    pub fn rule(
        mut self,
        id: &'static str,
        way_out: &'static str,
        check: impl Fn(&Family<'_>) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        self.own.push(Own { id, way_out, check: Arc::new(check) });
        self
    }

    /// The problems of what a registry shows, by metric and text. Families without series are looked at too; one
    /// whose collector panics is not.
    pub fn registry(&self, registry: &Registry) -> Vec<Problem> {
        let mut run = Run::new(self);
        scrape::each_family(registry, &mut |family, location| run.family(family, Some(location)));
        run.finish()
    }

    /// The problems of families, by metric and text.
    pub fn families<'a>(&self, families: impl IntoIterator<Item = &'a MetricFamily>) -> Vec<Problem> {
        let mut run = Run::new(self);
        for family in families {
            run.family(&Family::new(family.desc(), &family.samples()), None);
        }
        run.finish()
    }

    /// The problems of a page in a known format, by metric and text. Families without samples are passed over.
    ///
    /// # Errors
    /// If it cannot be read. A series that is there twice is a reason in OpenMetrics, and a problem elsewhere.
    pub fn page_in(&self, format: PageFormat, page: &[u8]) -> Result<Vec<Problem>, ParseError> {
        page::page(self, format, page)
    }

    /// The problems of a page of OpenMetrics 1 if it ends as such, or else of text.
    ///
    /// # Errors
    /// As [`page_in`](Self::page_in).
    pub fn page(&self, page: &[u8]) -> Result<Vec<Problem>, ParseError> {
        let is_openmetrics = page.trim_ascii_end().ends_with(b"\n# EOF");
        self.page_in(if is_openmetrics { PageFormat::OpenMetrics } else { PageFormat::Text }, page)
    }

    /// For tests: panics if a family of the registry breaks a rule.
    ///
    /// # Panics
    /// With each problem, where its family was defined, and the way out.
    #[track_caller]
    pub fn assert_clean(&self, registry: &Registry) {
        let problems = self.registry(registry);
        if problems.is_empty() {
            return;
        }
        let mut message = String::from("the metrics break rules of lint:");
        for problem in &problems {
            let Problem { rule, way_out, .. } = problem;
            message.push_str(&format!("\n  {problem}"));
            if let Some(location) = problem.location {
                message.push_str(&format!(", defined at {location}"));
            }
            message.push_str(&format!("\n      {way_out} (rule `{rule}`)"));
        }
        panic!("{message}");
    }
}

/// A pass over families.
pub(super) struct Run<'a> {
    linter: &'a Linter,
    names: Names,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Run<'a> {
    pub(super) fn new(linter: &'a Linter) -> Self {
        Self { linter, names: Names::default(), problems: Vec::new() }
    }

    pub(super) fn family(&mut self, family: &Family<'_>, location: Option<Location>) {
        let Self { linter, names, problems } = self;
        let metric = &family.name;
        let mut add = |rule: &'static str, way_out, texts: Vec<String>| {
            let problem = |text| Problem { metric: metric.clone(), text, rule, way_out, location };
            problems.extend(texts.into_iter().map(problem));
        };
        for rule in RULES.iter().filter(|rule| !linter.disabled.contains(rule.id)) {
            add(rule.id, rule.way_out, rule.check.of(family, &linter.limits, names));
        }
        for own in linter.own.iter().filter(|own| !linter.disabled.contains(own.id)) {
            add(own.id, own.way_out, (own.check)(family));
        }
    }

    pub(super) fn finish(mut self) -> Vec<Problem> {
        self.problems.sort_by(|a, b| (&a.metric, &a.text).cmp(&(&b.metric, &b.text)));
        self.problems.dedup();
        self.problems
    }
}

impl Check {
    fn of(self, family: &Family<'_>, limits: &Limits, names: &mut Names) -> Vec<String> {
        match self {
            Self::Family(check) => check(family),
            Self::Limited(check) => check(family, limits),
            Self::Page(check) => check(family, names),
        }
    }
}

impl fmt::Debug for Linter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own: Vec<_> = self.own.iter().map(|own| own.id).collect();
        let Self { disabled, limits, .. } = self;
        f.debug_struct("Linter").field("disabled", disabled).field("limits", limits).field("own", &own).finish()
    }
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no rule; there are", self.0.escape_debug())?;
        RULES.iter().try_for_each(|rule| write!(f, " {}", rule.id))
    }
}

impl std::error::Error for UnknownRule {}
