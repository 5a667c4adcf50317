//! Which families stand on one page, and which clash.

use super::clash::{Claim, check, sample_names};
use super::scope::Scope;
use super::{RegisterError, Source, SourceFamily};
use crate::collector::Collector;
use crate::metric::Name;
use crate::model::{Desc, GaugeMode, Kind, Location};
use crate::name::Validation;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The families of a registry, and what clashes with them.
#[derive(Default)]
pub(super) struct Families {
    page: Page,
    /// All names under which a sample may stand on the page, escaped, and the family whose it is.
    samples: HashMap<String, String>,
}

/// What a scrape shows. Shared with scrapes under way, which keep what was registered when they began.
#[derive(Clone, Default)]
pub(super) struct Page {
    /// By name, `target_info` first.
    pub(super) families: Arc<Vec<Family>>,
    pub(super) collectors: Arc<Vec<Collected>>,
    /// What else may be shown, of what is not described; `None`: anything.
    pub(super) only: Option<Only>,
}

/// Names of families and samples.
pub(super) type Only = Arc<BTreeSet<String>>;

/// A family as it is exposed: of one source, or of several with different constant labels.
#[derive(Clone)]
pub(super) struct Family {
    pub(super) desc: Desc,
    pub(super) members: Vec<Member>,
}

/// One source's part of a family.
#[derive(Clone)]
pub(super) struct Member {
    /// What was registered.
    pub(super) id: u64,
    pub(super) feed: Feed,
    const_labels: Vec<(String, String)>,
    buckets: Option<Vec<f64>>,
    /// The labels as they stand in a page.
    pub(super) scope: Box<str>,
    multiprocess: GaugeMode,
    location: Location,
}

/// Where a member's points come from.
#[derive(Clone)]
pub(super) enum Feed {
    /// The family of this number.
    Source(Arc<dyn Source>, usize),
    /// What the collector with the member's id gives, see [`Gathered`](super::gather::Gathered).
    Collector,
}

/// A collector that was registered.
#[derive(Clone)]
pub(super) struct Collected {
    pub(super) id: u64,
    pub(super) collector: Arc<dyn Collector>,
    pub(super) scope: Scope,
    pub(super) validation: Validation,
    /// The families that it has described.
    pub(super) described: Arc<HashMap<String, Kind>>,
}

/// A number for what is registered, in all registries together.
pub(super) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Relaxed)
}

impl Member {
    /// What it takes as a part of the family `desc`.
    fn claim<'a>(&'a self, desc: &'a Desc) -> Claim<'a> {
        Claim { desc, const_labels: &self.const_labels, buckets: self.buckets.as_deref(), location: self.location }
    }
}

impl Families {
    /// Those of a page.
    pub(super) fn of(page: Page) -> Self {
        let mut families = Self { page, samples: HashMap::new() };
        families.name_samples();
        families
    }

    pub(super) fn page(&self) -> &Page {
        &self.page
    }

    /// Adds all families of a source, or none.
    pub(super) fn add_source(
        &mut self,
        source: &Arc<dyn Source>,
        added: Vec<SourceFamily>,
        validation: Validation,
    ) -> Result<u64, RegisterError> {
        let id = next_id();
        let feed = |index| Feed::Source(Arc::clone(source), index);
        self.all_or_none(|families| {
            let mut added = added.into_iter().enumerate();
            added.try_for_each(|(index, family)| families.add(id, feed(index), family, validation))
        })?;
        Ok(id)
    }

    /// Adds a collector, if all families that it has described can be.
    pub(super) fn add_collector(
        &mut self,
        collector: Collected,
        described: Vec<SourceFamily>,
    ) -> Result<u64, RegisterError> {
        let Collected { id, validation, .. } = collector;
        self.all_or_none(|families| {
            let mut described = described.into_iter();
            described.try_for_each(|family| families.add(id, Feed::Collector, family, validation))
        })?;
        Arc::make_mut(&mut self.page.collectors).push(collector);
        Ok(id)
    }

    /// The families that sources give, of one registration or of all, with what other processes are to know them by.
    pub(super) fn sources(&self, id: Option<u64>) -> Vec<(Arc<dyn Source>, usize, Arc<Name>)> {
        let all =
            self.page.families.iter().flat_map(|family| family.members.iter().map(move |member| (family, member)));
        let wanted = all.filter(|(_, member)| id.is_none_or(|id| member.id == id));
        let sources = wanted.filter_map(|(family, member)| match &member.feed {
            Feed::Source(source, index) => {
                let name = Name::new(family.desc.clone(), member.multiprocess, member.scope.clone());
                Some((Arc::clone(source), *index, name))
            }
            Feed::Collector => None,
        });
        sources.collect()
    }

    /// Removes what was registered under this number; whether there was anything.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        let is_source = self.page.families.iter().flat_map(|family| &family.members).any(|member| member.id == id);
        let is_collector = self.page.collectors.iter().any(|collector| collector.id == id);
        if is_source {
            let families = Arc::make_mut(&mut self.page.families);
            families.iter_mut().for_each(|family| family.members.retain(|member| member.id != id));
            families.retain(|family| !family.members.is_empty());
            self.name_samples();
        }
        if is_collector {
            Arc::make_mut(&mut self.page.collectors).retain(|collector| collector.id != id);
        }
        is_source || is_collector
    }

    fn all_or_none(&mut self, add: impl FnOnce(&mut Self) -> Result<(), RegisterError>) -> Result<(), RegisterError> {
        let before = self.page.clone();
        let added = add(self);
        if added.is_err() {
            self.page = before;
            self.name_samples();
        }
        added
    }

    fn name_samples(&mut self) {
        let families = self.page.families.iter().map(|family| &family.desc);
        self.samples = families.flat_map(|desc| sample_names(desc).map(|sample| (sample, desc.name.clone()))).collect();
    }

    /// Adds a family by the rules that also hold for what no derive has checked.
    pub(super) fn add(
        &mut self,
        id: u64,
        feed: Feed,
        added: SourceFamily,
        validation: Validation,
    ) -> Result<(), RegisterError> {
        check(&added, validation)?;
        let SourceFamily { desc, const_labels, multiprocess, buckets } = added;
        let (location, scope) = (desc.location, super::source::scope(&const_labels));
        self.add_member(desc, Member { id, feed, const_labels, buckets, scope, multiprocess, location })
    }

    /// Adds what was checked before.
    pub(super) fn add_member(&mut self, desc: Desc, member: Member) -> Result<(), RegisterError> {
        let owner = sample_names(&desc).find_map(|name| self.samples.get(&name).cloned());
        let families = Arc::make_mut(&mut self.page.families);
        let place = families.binary_search_by(|family| order(&family.desc).cmp(&order(&desc)));
        match (place, owner) {
            (Ok(at), _) => {
                let family = &families[at];
                for other in &family.members {
                    other.claim(&family.desc).check(&member.claim(&desc))?;
                }
                families[at].members.push(member);
            }
            (Err(_), Some(owner)) => {
                let other = families.iter().find(|family| family.desc.name == owner).expect("it owns a sample");
                return other.members[0].claim(&other.desc).check(&member.claim(&desc));
            }
            (Err(at), None) => {
                self.samples.extend(sample_names(&desc).map(|sample| (sample, desc.name.clone())));
                families.insert(at, Family { desc, members: vec![member] });
            }
        }
        Ok(())
    }
}

/// Families are sorted by this: `target_info`, which describes all others, [comes first][spec].
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#supporting-target-metadata-in-both-push-based-and-pull-based-systems
fn order(desc: &Desc) -> (bool, &str) {
    (!(desc.kind == Kind::Info && desc.name == "target"), &desc.name)
}
