//! Which families stand on one page, and which clash.

use super::{RegisterError, Source, SourceFamily};
use crate::model::{Desc, Kind, Location};
use crate::name;
use std::collections::HashMap;
use std::sync::Arc;

/// The families of a registry, by name.
#[derive(Default)]
pub(super) struct Families {
    /// Shared with scrapes under way, which keep what was registered when they began.
    by_name: Arc<Vec<Family>>,
    /// All names under which a sample may stand on the page, and the family whose it is.
    samples: HashMap<String, String>,
}

/// A family as it is exposed: of one source, or of several with different constant labels.
#[derive(Clone)]
pub(super) struct Family {
    pub(super) desc: Desc,
    pub(super) members: Vec<Member>,
}

/// One source's part of a family.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) source: Arc<dyn Source>,
    /// The family's number in its source.
    pub(super) index: usize,
    const_labels: Vec<(String, String)>,
    /// The same, rendered.
    pub(super) scope: Box<str>,
    location: Location,
}

impl Families {
    pub(super) fn snapshot(&self) -> Arc<Vec<Family>> {
        Arc::clone(&self.by_name)
    }

    /// Adds all families of a source, or none.
    pub(super) fn add(&mut self, source: &Arc<dyn Source>, added: Vec<SourceFamily>) -> Result<(), RegisterError> {
        let before = self.snapshot();
        for (index, family) in added.into_iter().enumerate() {
            if let Err(error) = check(&family).and_then(|()| self.add_one(source, index, family)) {
                self.by_name = before;
                let families = self.by_name.iter().map(|family| &family.desc);
                self.samples =
                    families.flat_map(|desc| desc.sample_names().map(|sample| (sample, desc.name.clone()))).collect();
                return Err(error);
            }
        }
        Ok(())
    }

    fn add_one(&mut self, source: &Arc<dyn Source>, index: usize, added: SourceFamily) -> Result<(), RegisterError> {
        let SourceFamily { desc, const_labels } = added;
        let owner = desc.sample_names().find_map(|name| self.samples.get(&name).cloned());
        let location = desc.location;
        let scope = super::source::scope(&const_labels);
        let member = Member { source: Arc::clone(source), index, const_labels, scope, location };
        let families = Arc::make_mut(&mut self.by_name);
        match (families.binary_search_by(|family| family.desc.name.cmp(&desc.name)), owner) {
            (Ok(at), _) => {
                joins(&families[at], &desc, &member)?;
                families[at].members.push(member);
            }
            (Err(_), Some(owner)) => {
                let other = families.iter().find(|family| family.desc.name == owner);
                let other_location = other.map_or(location, |family| family.members[0].location);
                let why = "both have a sample of one name, by the suffixes of their types; rename one";
                return Err(clash(&desc, owner, other_location, why));
            }
            (Err(at), None) => {
                self.samples.extend(desc.sample_names().map(|sample| (sample, desc.name.clone())));
                families.insert(at, Family { desc, members: vec![member] });
            }
        }
        Ok(())
    }
}

/// The rules that also hold for what no derive has checked.
fn check(added: &SourceFamily) -> Result<(), RegisterError> {
    let SourceFamily { desc, const_labels } = added;
    let broken = |what: String, rule| RegisterError::Broken { what, rule, location: desc.location };
    name::metric_name(&desc.name).map_err(|e| broken(format!("metric `{}`", desc.name), e.rule))?;
    let labels: Vec<&str> =
        const_labels.iter().map(|(name, _)| name.as_str()).chain(desc.label_names.iter().map(|name| &**name)).collect();
    for (i, label) in labels.iter().enumerate() {
        let what = format!("label `{label}` of metric `{}`", desc.name);
        if let Err(e) = name::label_name(label) {
            return Err(broken(what, e.rule));
        }
        if desc.kind == Kind::Histogram && *label == "le" {
            return Err(broken(what, "a histogram uses `le` for its buckets; rename the label"));
        }
        if labels[..i].contains(label) {
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
