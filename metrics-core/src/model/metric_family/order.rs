//! Labels in one order, so that one set of them is one text.

use crate::label::render_name;
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::HashMap;

/// In which order a family's labels stand: as they came first.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelOrder {
    /// By names as they stand on a page.
    ranks: HashMap<Box<str>, usize, RandomState>,
    /// What stands before the value of each label, by rank: `a="`.
    before: Vec<Box<str>>,
}

/// Labels of a sample, without that of its type, and the value of that.
pub(super) struct Own<'a> {
    pub(super) labels: Cow<'a, str>,
    pub(super) special: Option<Cow<'a, str>>,
}

impl LabelOrder {
    pub(super) fn is_empty(&self) -> bool {
        self.ranks.is_empty()
    }

    /// The place of a label, and whether it is a new one.
    pub(super) fn rank(&mut self, name: &str) -> (usize, bool) {
        let name = render_name(name);
        if let Some(rank) = self.ranks.get(&*name) {
            return (*rank, false);
        }
        let rank = self.before.len();
        self.before.push(format!("{name}=\"").into());
        self.ranks.insert(name.into(), rank);
        (rank, true)
    }

    /// As if these had not come, the last ones that did.
    pub(super) fn forget(&mut self, names: &[String]) {
        for name in names {
            self.ranks.remove(&*render_name(name));
            self.before.pop();
        }
    }

    /// Takes rendered labels apart that stand in order, and that of the type behind them if there is one, in whose value
    /// nothing is escaped. `None`: some are new, or in another order, or rendered in another way.
    pub(super) fn split<'a>(&self, text: &'a str, special: Option<&str>) -> Option<Own<'a>> {
        // Of the labels taken so far; behind it, a comma and what is left.
        let (mut end, mut rest, mut rank) = (0, text, 0);
        while !rest.is_empty() {
            let next = self.before.get(rank).and_then(|before| rest.strip_prefix(&**before));
            let value = match next {
                Some(value) => value,
                None if special.is_some_and(|name| value_of(name, rest).is_some()) => break,
                None => {
                    let (later, value) = self.later(rank, rest)?;
                    rank = later;
                    value
                }
            };
            rank += 1;
            rest = &value[value_len(value)? + 1..];
            end = text.len() - rest.len();
            if !rest.is_empty() {
                rest = rest.strip_prefix(',').filter(|rest| !rest.is_empty())?;
            }
        }
        let labels = Cow::Borrowed(&text[..end]);
        let Some(name) = special else { return Some(Own { labels, special: None }) };
        let value = value_of(name, rest)?.strip_suffix('"')?;
        let is_plain = memchr::memchr3(b'"', b'\\', b'\n', value.as_bytes()).is_none();
        is_plain.then_some(Own { labels, special: Some(Cow::Borrowed(value)) })
    }

    /// The rank of the label that begins here, which is this one or a later one, and what stands behind its first quote.
    fn later<'a>(&self, rank: usize, text: &'a str) -> Option<(usize, &'a str)> {
        let len = match text.strip_prefix('"') {
            Some(quoted) => value_len(quoted)? + 2,
            None => memchr::memchr(b'=', text.as_bytes())?,
        };
        let name = &text[..len];
        let later = self.ranks.get(name).filter(|later| **later >= rank)?;
        Some((*later, value_of(name, text)?))
    }
}

/// What stands behind the first quote of the label that begins here, if it has this name.
fn value_of<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    text.strip_prefix(name)?.strip_prefix("=\"")
}

/// Bytes up to the closing quote; `None` if what comes before it is not escaped as labels are when they are rendered.
fn value_len(text: &str) -> Option<usize> {
    let (bytes, mut from) = (text.as_bytes(), 0);
    loop {
        let at = from + memchr::memchr3(b'"', b'\\', b'\n', &bytes[from..])?;
        match bytes[at..] {
            [b'"', ..] => return Some(at),
            [b'\\', b'\\' | b'"' | b'n', ..] => from = at + 2,
            _ => return None,
        }
    }
}
