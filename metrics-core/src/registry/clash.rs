//! Which families can stand on one page.

use super::{Family, Member, RegisterError, Source, SourceFamily};
use crate::model::Desc;
use crate::name;
use std::collections::HashMap;
use std::sync::Arc;

/// The present families and those of `source`, by name.
pub(super) fn merge(
    present: &[Family],
    source: &Arc<dyn Source>,
    added: Vec<SourceFamily>,
) -> Result<Vec<Family>, RegisterError> {
    let mut families = present.to_vec();
    // Sample names, and whose they are.
    let mut taken: HashMap<String, usize> = HashMap::new();
    for (i, family) in families.iter().enumerate() {
        taken.extend(samples(&family.desc).map(|name| (name, i)));
    }
    for (index, added) in added.into_iter().enumerate() {
        check(&added)?;
        let other = samples(&added.desc).find_map(|name| taken.get(&name).copied());
        let member = Member {
            source: Arc::clone(source),
            index,
            scope: added.scope(),
            location: added.location(),
            const_labels: added.const_labels,
        };
        if let Some(i) = other {
            join(&mut families[i], &added.desc, member)?;
        } else {
            taken.extend(samples(&added.desc).map(|name| (name, families.len())));
            families.push(Family { desc: added.desc, members: vec![member] });
        }
    }
    families.sort_by(|a, b| a.desc.name.cmp(&b.desc.name));
    Ok(families)
}

/// All names under which something of the family may stand on a page.
fn samples(desc: &Desc) -> impl Iterator<Item = String> + '_ {
    [""].iter().chain(desc.kind.suffixes()).map(|suffix| format!("{}{suffix}", desc.name))
}

/// The rules that also hold for what no derive has checked.
fn check(added: &SourceFamily) -> Result<(), RegisterError> {
    let location = added.location();
    let broken = |what: String| move |broken: name::Broken| RegisterError::Broken { what, rule: broken.rule, location };
    let labels = added.const_labels.iter().map(|(name, _)| name.as_str());
    let labels: Vec<&str> = labels.chain(added.desc.label_names.iter().copied()).collect();
    name::metric_name(&added.desc.name).map_err(broken(format!("metric `{}`", added.desc.name)))?;
    for (i, label) in labels.iter().enumerate() {
        let what = || format!("label `{label}` of metric `{}`", added.desc.name);
        name::label_name(label).map_err(broken(what()))?;
        if added.desc.kind == crate::model::Kind::Histogram && *label == "le" {
            let rule = "a histogram uses `le` for its buckets; rename the label";
            return Err(RegisterError::Broken { what: what(), rule, location });
        }
        if labels[..i].contains(label) {
            let rule = "the label is there twice; rename one, also if it is a constant one";
            return Err(RegisterError::Broken { what: what(), rule, location });
        }
    }
    Ok(())
}

/// Makes `member` a part of a family that has one of its sample names.
fn join(family: &mut Family, desc: &Desc, member: Member) -> Result<(), RegisterError> {
    let names = |labels: &[(String, String)]| labels.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let clash = |other: &Member, why| RegisterError::Clash {
        name: desc.name.clone(),
        location: desc.location,
        other_name: family.desc.name.clone(),
        other_location: other.location,
        why,
    };
    let first = &family.members[0];
    if family.desc.name != desc.name {
        return Err(clash(first, "both have a sample of one name, by the suffixes of their types; rename one"));
    }
    if let Some(same) = family.members.iter().find(|other| other.const_labels == member.const_labels) {
        return Err(clash(
            same,
            "both have this name and the same constant labels; rename one, or give it `const_labels`",
        ));
    }
    if family.desc.kind != desc.kind {
        return Err(clash(first, "one name has one type; rename one"));
    }
    if family.desc.help != desc.help || family.desc.unit != desc.unit {
        return Err(clash(first, "they share a family, so help and unit must be the same"));
    }
    if family.desc.label_names != desc.label_names || names(&first.const_labels) != names(&member.const_labels) {
        return Err(clash(first, "they share a family, so the labels must have the same names in the same order"));
    }
    family.members.push(member);
    Ok(())
}
