//! Which families stand on one page, and which clash.

use super::scope::Scope;
use super::{RegisterError, Source, SourceFamily};
use crate::collector::Collector;
use crate::model::{Desc, Kind, Location};
use crate::name::{EscapingScheme, Validation, escape_label_name, escape_metric_name};
use std::collections::{BTreeSet, HashMap, HashSet};
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
    /// The same, rendered.
    pub(super) scope: Box<str>,
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
        self.samples = families.flat_map(|desc| samples(desc).map(|sample| (sample, desc.name.clone()))).collect();
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
        let SourceFamily { desc, const_labels } = added;
        let (location, scope) = (desc.location, super::source::scope(&const_labels));
        self.add_member(desc, Member { id, feed, const_labels, scope, location })
    }

    /// Adds what was checked before.
    pub(super) fn add_member(&mut self, desc: Desc, member: Member) -> Result<(), RegisterError> {
        let owner = samples(&desc).find_map(|name| self.samples.get(&name).cloned());
        let families = Arc::make_mut(&mut self.page.families);
        let place = families.binary_search_by(|family| order(&family.desc).cmp(&order(&desc)));
        match (place, owner) {
            (Ok(at), _) => {
                joins(&families[at], &desc, &member)?;
                families[at].members.push(member);
            }
            (Err(_), Some(owner)) => {
                let other = families.iter().find(|family| family.desc.name == owner);
                let location = other.map_or(member.location, |family| family.members[0].location);
                let is_same = |name: &String| other.is_some_and(|other| other.desc.sample_names().any(|n| n == *name));
                let why = if desc.sample_names().any(|name| is_same(&name)) {
                    "both have a sample of one name, by the suffixes of their types; rename one"
                } else {
                    "their names differ only in characters that become `_` for readers that do not know them; rename one"
                };
                return Err(clash(&desc, owner, location, why));
            }
            (Err(at), None) => {
                self.samples.extend(samples(&desc).map(|sample| (sample, desc.name.clone())));
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

/// All names under which something of the family may stand on a page, as those get them who know the fewest
/// characters.
fn samples(desc: &Desc) -> impl Iterator<Item = String> + '_ {
    // A state set's name is that of a label too, which has no colon.
    let escape = if desc.kind == Kind::StateSet { escape_label_name } else { escape_metric_name };
    desc.sample_names().map(move |name| escape(&name, EscapingScheme::Underscores).into_owned())
}

fn check(added: &SourceFamily, validation: Validation) -> Result<(), RegisterError> {
    let SourceFamily { desc, const_labels } = added;
    let broken = |what: String, rule| RegisterError::Broken { what, rule, location: desc.location };
    validation.metric_name(&desc.name).map_err(|e| broken(format!("metric `{}`", desc.name), e.rule))?;
    let labels = const_labels.iter().map(|(name, _)| name.as_str()).chain(desc.label_names.iter().map(|name| &**name));
    let mut before = HashSet::new();
    for label in labels {
        let what = format!("label `{label}` of metric `{}`", desc.name);
        if let Err(e) = validation.label_name(label) {
            return Err(broken(what, e.rule));
        }
        let escaped = escape_label_name(label, EscapingScheme::Underscores);
        let is_state =
            || desc.kind == Kind::StateSet && escaped == escape_label_name(&desc.name, EscapingScheme::Underscores);
        if desc.kind.reserved_label() == Some(label) || is_state() {
            return Err(broken(what, "the type uses this label itself; rename the label"));
        }
        if !before.insert(escaped) {
            return Err(broken(what, "the label is there twice; rename one, also if it is a constant one"));
        }
    }
    Ok(())
}

/// Whether `member` can be a part of the family that has its name.
fn joins(family: &Family, desc: &Desc, member: &Member) -> Result<(), RegisterError> {
    let first = &family.members[0];
    let names = |member: &Member| member.const_labels.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let refuse = |other: &Member, why| Err(clash(desc, family.desc.name.clone(), other.location, why));
    if let Some(same) = family.members.iter().find(|other| other.const_labels == member.const_labels) {
        return refuse(same, "both have this name and the same constant labels; rename one, or give it `const_labels`");
    }
    if family.desc.kind != desc.kind {
        return refuse(first, "one name has one type; rename one");
    }
    if family.desc.help != desc.help || family.desc.unit != desc.unit {
        return refuse(first, "they share a family, so help and unit must be the same");
    }
    if family.desc.label_names != desc.label_names || names(first) != names(member) {
        return refuse(first, "they share a family, so the labels must have the same names in the same order");
    }
    Ok(())
}

fn clash(desc: &Desc, other_name: String, other_location: Location, why: &'static str) -> RegisterError {
    RegisterError::Clash { name: desc.name.clone(), location: desc.location, other_name, other_location, why }
}
