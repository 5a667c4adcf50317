//! Lines of OpenMetrics that say something of a family, as versions 1 and 2 have them.

use super::cursor::{Cursor, unescape};
use super::error::{Fault, ParseFault};
use super::family::Head;
use metrics_core::model::Kind;
use std::borrow::Cow;

/// `# KEYWORD name rest`
pub(super) struct Comment<'t> {
    /// `HELP`, `TYPE` or `UNIT`.
    pub(super) keyword: &'static str,
    pub(super) name: Cow<'t, str>,
    pub(super) name_at: usize,
    rest: &'t str,
    /// Where the rest stands.
    pub(super) at: usize,
}

impl<'t> Comment<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, Fault> {
        let mut cursor = Cursor::new(text, false);
        let is_apart = cursor.skip("# ");
        let keyword = match cursor.word() {
            "HELP" if is_apart => "HELP",
            "TYPE" if is_apart => "TYPE",
            "UNIT" if is_apart => "UNIT",
            _ => return Err(ParseFault::Comment.at(0)),
        };
        cursor.expect(" ", "a blank and a metric's name")?;
        let name_at = cursor.at();
        let name = cursor.metric_name()?;
        cursor.expect(" ", "a blank, and what is said of the metric")?;
        Ok(Self { keyword, name, name_at, at: cursor.at(), rest: cursor.rest() })
    }

    /// Notes what it says, which nothing has said before.
    pub(super) fn note(&self, head: &mut Head) -> Result<(), Fault> {
        let is_repeated = match self.keyword {
            "HELP" => head.help.replace(unescape(self.rest, true).into_owned()).is_some(),
            "UNIT" => head.unit.replace(self.rest.to_owned()).is_some(),
            _ => head.kind.replace(kind(self.rest).map_err(|fault| fault.at(self.at))?).is_some(),
        };
        if is_repeated { Err(ParseFault::Repeated(self.keyword).at(2)) } else { Ok(()) }
    }
}

fn kind(word: &str) -> Result<Kind, ParseFault> {
    if word == "untyped" {
        return Err(ParseFault::Rule("OpenMetrics has no type `untyped`; it is called `unknown`"));
    }
    word.parse().map_err(ParseFault::Kind)
}
