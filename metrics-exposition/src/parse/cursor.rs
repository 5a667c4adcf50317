//! Reads a line piece by piece, and knows where it is.

use super::error::{Fault, ParseFault};
use std::borrow::Cow;

/// What is left of a line.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    line: &'a str,
    at: usize,
    /// Whether blanks may stand between all pieces, and commas where they separate nothing.
    pub(super) is_lax: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str, is_lax: bool) -> Self {
        Self { line, at: 0, is_lax }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.line.len()
    }

    pub(super) fn fail<T>(&self, fault: ParseFault) -> Result<T, Fault> {
        Err(fault.at(self.at))
    }

    /// Blanks, where they are free.
    pub(super) fn skip_blanks(&mut self) {
        if self.is_lax {
            self.take_while(|b| b.is_ascii_whitespace());
        }
    }

    pub(super) fn skip(&mut self, text: &str) -> bool {
        let is_there = self.rest().starts_with(text);
        if is_there {
            self.at += text.len();
        }
        is_there
    }

    pub(super) fn expect(&mut self, text: &str, what: &'static str) -> Result<(), Fault> {
        if self.skip(text) { Ok(()) } else { self.fail(ParseFault::Expected(what)) }
    }

    /// One blank; any number of them, but at least one, where they are free.
    pub(super) fn expect_blank(&mut self, what: &'static str) -> Result<(), Fault> {
        let at = self.at;
        self.skip_blanks();
        if self.at > at { Ok(()) } else { self.expect(" ", what) }
    }

    /// Bytes that are ASCII, as long as they are of a kind.
    pub(super) fn take_while(&mut self, is_one: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(|b| !b.is_ascii() || !is_one(b)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// Everything up to a blank.
    pub(super) fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let is_lax = self.is_lax;
        let len = rest.bytes().position(|b| b == b' ' || (is_lax && b.is_ascii_whitespace())).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    /// A metric's name, in quotes if it has other characters than every reader knows.
    pub(super) fn metric_name(&mut self) -> Result<Cow<'a, str>, Fault> {
        let at = self.at;
        let name = if self.rest().starts_with('"') { self.quoted()? } else { Cow::Borrowed(self.bare_name(true)) };
        if name.is_empty() {
            return Err(
                ParseFault::Expected("a metric's name, in quotes unless it is `[a-zA-Z_:][a-zA-Z0-9_:]*`").at(at)
            );
        }
        Ok(name)
    }

    /// A name without quotes; empty if there is none.
    pub(super) fn bare_name(&mut self, may_have_colons: bool) -> &'a str {
        if self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return "";
        }
        self.take_while(|b| b.is_ascii_alphanumeric() || b == b'_' || (b == b':' && may_have_colons))
    }

    /// A text in quotes, the escapes undone.
    pub(super) fn quoted(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.expect("\"", "a text in quotes")?;
        let rest = self.rest();
        let mut is_escaped = false;
        let len = rest.bytes().position(|b| {
            let closes = b == b'"' && !is_escaped;
            is_escaped = b == b'\\' && !is_escaped;
            closes
        });
        let Some(len) = len else {
            self.at = self.line.len();
            return self.fail(ParseFault::Expected("the quote that closes the text"));
        };
        self.at += len + 1;
        Ok(unescape(&rest[..len], true))
    }
}

/// Undoes `\\`, `\n` and perhaps `\"`. A backslash before anything else is one.
pub(super) fn unescape(text: &str, quotes: bool) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.push_str(before);
        let (c, len) = match behind.as_bytes().first() {
            Some(b'n') => ('\n', 1),
            Some(b'\\') => ('\\', 1),
            Some(b'"') if quotes => ('"', 1),
            _ => ('\\', 0),
        };
        out.push(c);
        rest = &behind[len..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}
