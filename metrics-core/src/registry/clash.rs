//! Which families cannot stand on one page, by the rules that also hold for what no derive has checked.

use super::{RegisterError, SourceFamily};
use crate::model::{Desc, Kind, Location};
use crate::name::{EscapingScheme, Validation, escape_label_name, escape_metric_name};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What a part of a family takes for itself on a page.
#[derive(Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) desc: &'a Desc,
    pub(super) const_labels: &'a [(String, String)],
    pub(super) buckets: Option<&'a [f64]>,
    /// Of this part: what is merged into a family keeps its own.
    pub(super) location: Location,
}

impl<'a> Claim<'a> {
    fn of(family: &'a SourceFamily) -> Self {
        Self {
            desc: &family.desc,
            const_labels: &family.const_labels,
            buckets: family.buckets.as_deref(),
            location: family.desc.location,
        }
    }

    /// Whether `other` can be there beside this one.
    pub(super) fn check(&self, other: &Claim<'_>) -> Result<(), RegisterError> {
        let Some(why) = self.clash(other) else { return Ok(()) };
        Err(RegisterError::Clash {
            name: other.desc.name.clone(),
            location: other.location,
            other_name: self.desc.name.clone(),
            other_location: self.location,
            why,
        })
    }

    fn clash(&self, other: &Claim<'_>) -> Option<&'static str> {
        let (a, b) = (self.desc, other.desc);
        if a.name != b.name {
            return clash_of_samples(a, b);
        }
        let labels = self.const_labels.iter().map(|(name, _)| name);
        let other_labels = other.const_labels.iter().map(|(name, _)| name);
        if a.kind != b.kind {
            Some("one name has one type; rename one")
        } else if a.label_names != b.label_names || !labels.eq(other_labels) {
            Some("they share a family, so the labels must have the same names in the same order")
        } else if a.help != b.help || a.unit != b.unit {
            Some("they share a family, so help and unit must be the same")
        } else if self.buckets.is_some() && other.buckets.is_some() && self.buckets != other.buckets {
            Some("they share a family, so the buckets must be the same")
        } else if self.const_labels == other.const_labels {
            Some(
                "both have this name and the same constant labels; rename one, or give it `const_labels`, or let all \
                 depend on one version if it is a crate that is there in two",
            )
        } else {
            None
        }
    }
}

/// Of two families with different names.
fn clash_of_samples(a: &Desc, b: &Desc) -> Option<&'static str> {
    let share = |names: fn(&Desc) -> HashSet<String>| !names(a).is_disjoint(&names(b));
    if share(|desc| desc.sample_names().collect()) {
        Some("both have a sample of one name, by the suffixes of their types; rename one")
    } else if share(|desc| sample_names(desc).collect()) {
        Some("their names differ only in characters that become `_` for readers that do not know them; rename one")
    } else {
        None
    }
}

/// All names under which something of the family may stand on a page, as those get them who know the fewest
/// characters.
pub(super) fn sample_names(desc: &Desc) -> impl Iterator<Item = String> + '_ {
    // A state set's name is that of a label too, which has no colon.
    let escape = if desc.kind == Kind::StateSet { escape_label_name } else { escape_metric_name };
    desc.sample_names().map(move |name| escape(&name, EscapingScheme::Underscores).into_owned())
}

/// Whether the family breaks a rule by itself.
pub(super) fn check(added: &SourceFamily, validation: Validation) -> Result<(), RegisterError> {
    let SourceFamily { desc, const_labels, .. } = added;
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

/// Everything that a program has, exposed or not: who mends one mistake is not to find the next one behind it.
#[derive(Default)]
pub(super) struct Survey {
    families: Vec<SourceFamily>,
    /// By the names of their samples.
    owners: HashMap<String, Vec<usize>>,
}

impl Survey {
    /// All mistakes of these families, and every pair of one of them and one that was there before.
    pub(super) fn add(&mut self, added: Vec<SourceFamily>, validation: Validation) -> Vec<RegisterError> {
        let mut errors = Vec::new();
        for family in added {
            errors.extend(check(&family, validation).err());
            let names: Vec<String> = sample_names(&family.desc).collect();
            let others: BTreeSet<usize> =
                names.iter().filter_map(|name| self.owners.get(name)).flatten().copied().collect();
            let clash = |other: &SourceFamily| Claim::of(other).check(&Claim::of(&family)).err();
            errors.extend(others.into_iter().filter_map(|other| clash(&self.families[other])));
            for name in names {
                self.owners.entry(name).or_default().push(self.families.len());
            }
            self.families.push(family);
        }
        errors
    }
}
