//! Pages, of which a rule must know more than their families tell.

use super::linter::{Linter, Run};
use super::{Family, Problem};
use crate::parse::{self, Families, ParseError, ParseFault};
use metrics_core::model::{FamilyFault, Kind};
use std::borrow::Cow;
use std::collections::HashSet;

/// Series that are there twice, of which a page is read to the end: each of them costs another pass over it.
const MAX_DUPLICATES: usize = 32;

pub(super) fn text(linter: &Linter, page: &[u8]) -> Result<Vec<Problem>, ParseError> {
    let counters = counters_without_total(page);
    let (mut page, mut duplicates) = (Cow::Borrowed(page), Vec::new());
    loop {
        let mut run = Run::new(linter);
        match families(&mut run, parse::text::parse(&page), &counters) {
            Ok(()) => {
                duplicates.into_iter().for_each(|metric| run.found("duplicate-metric", metric, "metric not unique"));
                return Ok(run.finish());
            }
            Err(error) => match error.fault() {
                // No family can have it, so it is taken out, and the page read again.
                ParseFault::Family(FamilyFault::Duplicate { .. }) if duplicates.len() < MAX_DUPLICATES => {
                    duplicates.push(blank_line(page.to_mut(), error.line()));
                }
                _ => return Err(error),
            },
        }
    }
}

pub(super) fn openmetrics(linter: &Linter, page: &[u8]) -> Result<Vec<Problem>, ParseError> {
    let mut run = Run::new(linter);
    families(&mut run, parse::openmetrics::parse(page), &HashSet::new())?;
    Ok(run.finish())
}

fn families(run: &mut Run<'_>, families: Families<&[u8]>, without_total: &HashSet<String>) -> Result<(), ParseError> {
    for family in families {
        let family = family?;
        if family.is_empty() {
            continue;
        }
        let (desc, samples) = (family.desc().clone(), family.samples());
        // It may be a large one.
        drop(family);
        let mut family = Family::new(&desc, &samples);
        if desc.kind == Kind::Counter && without_total.contains(&desc.name) {
            family.name.clone_from(&desc.name);
        }
        run.family(&family, None);
    }
    Ok(())
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

/// Makes the line of this number blank; gives the metric that it names.
fn blank_line(page: &mut [u8], number: usize) -> String {
    let Some(line) = page.split_mut(|b| *b == b'\n').nth(number.saturating_sub(1)) else { return String::new() };
    let text = String::from_utf8_lossy(line).into_owned();
    line.fill(b' ');
    let text = text.trim_start();
    let name = match text.strip_prefix('{') {
        Some(quoted) => quoted.trim_start_matches([' ', '\t', '"']).split('"').next(),
        None => text.split([' ', '\t', '{']).next(),
    };
    name.unwrap_or_default().to_owned()
}
