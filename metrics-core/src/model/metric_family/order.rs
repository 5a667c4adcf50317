//! Labels in one order, so that one set of them is one text.

use super::super::Labels;
use foldhash::fast::RandomState;
use std::borrow::Cow;
use std::collections::HashMap;

/// In which order a family's labels stand: as they came first.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelOrder {
    ranks: HashMap<Box<str>, usize, RandomState>,
    /// What stands before each value of the sample that came last, the label of its type aside: `a="`, `,b="`. The next
    /// one mostly has the same.
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
        if let Some(rank) = self.ranks.get(name) {
            return (*rank, false);
        }
        let rank = self.ranks.len();
        self.ranks.insert(name.into(), rank);
        (rank, true)
    }

    /// As if these had not come, the last ones that did.
    pub(super) fn forget(&mut self, names: &[String]) {
        for name in names {
            self.ranks.remove(&**name);
        }
        self.before.clear();
    }

    /// What these labels look like, in order, for the next sample.
    pub(super) fn expect<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        self.before.clear();
        for (at, name) in names.enumerate() {
            let mut before = Labels::render([(name, "")]);
            before.pop();
            if at > 0 {
                before.insert(0, ',');
            }
            self.before.push(before.into());
        }
    }

    /// Takes rendered labels apart that have the same names as those before them, in order, and that of the type
    /// behind them if there is one, in whose value nothing is escaped. `None`: they are others.
    pub(super) fn split<'a>(&self, text: &'a str, special: Option<&str>) -> Option<Own<'a>> {
        let mut at = 0;
        for before in &self.before {
            at += value_len(text.get(at..)?.strip_prefix(&**before)?)? + before.len() + 1;
        }
        let labels = Cow::Borrowed(&text[..at]);
        let rest = &text[at..];
        let Some(name) = special else {
            return rest.is_empty().then_some(Own { labels, special: None });
        };
        let rest = if at > 0 { rest.strip_prefix(',')? } else { rest };
        let value = rest.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"')?;
        let is_plain = memchr::memchr3(b'"', b'\\', b'\n', value.as_bytes()).is_none();
        is_plain.then_some(Own { labels, special: Some(Cow::Borrowed(value)) })
    }
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
