//! A message `MetricFamily`.

use super::super::error::ParseFault;
use super::super::family::Current;
use super::point::Point;
use super::wire::{Fault, Message};
use metrics_core::model::{Kind, MetricFamily};

/// What a family is, apart from its metrics.
#[derive(Default)]
struct Head<'a> {
    name: &'a str,
    help: &'a str,
    unit: &'a str,
    kind: u64,
}

/// Adds a message to the family before it, if it is of the same one, or makes it the next one.
pub(super) fn read(bytes: &[u8], max: usize, current: &mut Current) -> Result<(), Fault> {
    let mut message = Message::new(bytes);
    let head = head(message)?;
    let kind = match head.kind {
        0 => Kind::Counter,
        1 => Kind::Gauge,
        2 => Kind::Summary,
        3 => Kind::Unknown,
        4 => Kind::Histogram,
        5 => Kind::GaugeHistogram,
        _ => return Err(Fault::new(0, ParseFault::Wire("there is no such type: 0 to 5")).within("type")),
    };
    let goes_on = current.head.name == head.name && current.head.kind == Some(kind) && current.family.is_some();
    if !goes_on {
        current.done.extend(current.family.take());
        head.name.clone_into(&mut current.head.name);
        current.head.kind = Some(kind);
        current.size = 0;
    }
    current.size = current.size.saturating_add(bytes.len());
    if current.size > max {
        return Err(Fault::new(0, ParseFault::FamilyTooLarge { limit: max }));
    }
    let family = match &mut current.family {
        Some(family) => family,
        none => none.insert(head.family(kind).map_err(|fault| Fault::new(0, fault))?),
    };
    let (mut point, mut number) = (Point::default(), 0);
    while let Some(field) = message.next()? {
        if field.number == 4 {
            point.read(field.message()?, family).map_err(|fault| fault.within_one("metric", number))?;
            number += 1;
        }
    }
    Ok(())
}

/// Fields may come in any order, and what a metric is depends on the type.
fn head(mut message: Message<'_>) -> Result<Head<'_>, Fault> {
    let mut head = Head::default();
    while let Some(field) = message.next()? {
        match field.number {
            1 => head.name = field.text().map_err(|fault| fault.within("name"))?,
            2 => head.help = field.text().map_err(|fault| fault.within("help"))?,
            3 => head.kind = field.u64().map_err(|fault| fault.within("type"))?,
            4 => drop(field.message().map_err(|fault| fault.within("metric"))?),
            5 => head.unit = field.text().map_err(|fault| fault.within("unit"))?,
            _ => {}
        }
    }
    Ok(head)
}

impl Head<'_> {
    fn family(&self, kind: Kind) -> Result<MetricFamily, ParseFault> {
        let family = MetricFamily::new(self.name, self.help, kind).map_err(ParseFault::family)?;
        let is_last_word = family.desc().name.strip_suffix(self.unit).is_some_and(|name| name.ends_with('_'));
        if self.unit.is_empty() || !is_last_word {
            return Ok(family);
        }
        family.with_unit(self.unit.to_owned()).map_err(ParseFault::family)
    }
}
