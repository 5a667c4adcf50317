//! Pages, of which a rule must know more than their families tell.

use super::linter::{Linter, Run};
use super::{Family, Problem};
use crate::parse::{PageFormat, ParseError};
use metrics_core::model::{Desc, Kind, Sample};
use std::collections::{HashMap, HashSet};

pub(super) fn page(linter: &Linter, format: PageFormat, page: &[u8]) -> Result<Vec<Problem>, ParseError> {
    let without_total = if format == PageFormat::Text { counters_without_total(page) } else { HashSet::new() };
    // A family comes in parts where the page says something twice: a rule looks at all of it.
    let (mut whole, mut places) = (Vec::<(Desc, Vec<Sample>)>::new(), HashMap::new());
    for part in format.parse(page) {
        let part = part?;
        if part.is_empty() {
            continue;
        }
        let place = *places.entry(part.desc().name.clone()).or_insert(whole.len());
        match whole.get_mut(place) {
            Some((desc, samples)) => {
                if desc.help.is_empty() {
                    desc.help.clone_from(&part.desc().help);
                }
                samples.extend(part.samples());
            }
            None => whole.push((part.desc().clone(), part.samples())),
        }
    }
    let mut run = Run::new(linter);
    for (desc, samples) in whole {
        let mut family = Family::new(&desc, &samples);
        if desc.kind == Kind::Counter && without_total.contains(&desc.name) {
            family.name.clone_from(&desc.name);
        }
        run.family(&family, None);
    }
    Ok(run.finish())
}

/// Counters that the page names without `_total`, which a family does not tell.
fn counters_without_total(page: &[u8]) -> HashSet<String> {
    let types = page.split(|b| *b == b'\n').filter_map(|line| {
        let rest = str::from_utf8(line).ok()?.trim_start().strip_prefix('#')?.trim_start();
        let rest = rest.strip_prefix("TYPE")?.trim();
        let name = rest.strip_suffix("counter")?.trim_end();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        (!name.ends_with("_total")).then(|| name.to_owned())
    });
    types.collect()
}
