use super::error::{Fault, ParseError, ParseFault};
use super::family::Current;
use super::{Options, openmetrics, openmetrics_2, protobuf, text};
use memchr::{memchr, memchr_iter, memrchr};
use metrics_core::model::MetricFamily;
use std::fmt;
use std::io::{BufRead, ErrorKind};

/// Bytes of the lines that are read at one go.
const LINES: usize = 8 << 10;

/// The families of a page, one after the other. Ends behind the first error.
pub struct Families<R> {
    reader: R,
    /// The beginning of a line of which the rest was not read yet.
    partial: Vec<u8>,
    state: State,
    error: Option<ParseError>,
    is_over: bool,
}

/// What was read.
struct State {
    format: Format,
    options: Options,
    /// Lines.
    number: usize,
    current: Current,
}

/// The one that the page is in, and what only that needs.
pub(super) enum Format {
    Text,
    OpenMetrics(openmetrics::Reader),
    OpenMetrics2(openmetrics_2::Reader),
    Protobuf(protobuf::Reader),
}

impl<R: BufRead> Families<R> {
    pub(super) fn new(reader: R, options: Options, format: Format) -> Self {
        let state = State { format, options, number: 0, current: Current::default() };
        Self { reader, partial: Vec::new(), state, error: None, is_over: false }
    }

    /// Reads some lines more.
    fn read(&mut self) -> Result<(), ParseError> {
        let Self { reader, partial, state, is_over, .. } = self;
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            Err(error) => {
                let fault = ParseFault::Read { kind: error.kind(), message: error.to_string() };
                return Err(match &state.format {
                    Format::Protobuf(messages) => messages.error(fault),
                    _ => ParseError::new(state.number + 1, b"", fault.at(0)),
                });
            }
        };
        if let Format::Protobuf(messages) = &mut state.format {
            *is_over = chunk.is_empty();
            if *is_over {
                return messages.finish(&mut state.current);
            }
            let (used, result) = messages.read(chunk, state.options.max_family, &mut state.current);
            reader.consume(used);
            return result;
        }
        if chunk.is_empty() {
            *is_over = true;
            if !partial.is_empty() {
                state.line(partial)?;
            }
            return state.finish();
        }
        if !partial.is_empty() {
            let end = memchr(b'\n', chunk);
            partial.extend_from_slice(&chunk[..end.unwrap_or(chunk.len())]);
            let used = end.map_or(chunk.len(), |end| end + 1);
            reader.consume(used);
            return match end {
                Some(_) => {
                    let result = state.line(partial);
                    partial.clear();
                    result
                }
                None => state.check_len(partial),
            };
        }
        let few = &chunk[..chunk.len().min(LINES)];
        let end = memrchr(b'\n', few).or_else(|| Some(few.len() + memchr(b'\n', &chunk[few.len()..])?));
        let (used, result) = match end {
            Some(end) => (end + 1, state.lines(&chunk[..end])),
            None => {
                partial.extend_from_slice(chunk);
                (chunk.len(), state.check_len(partial))
            }
        };
        reader.consume(used);
        result
    }
}

impl State {
    /// Several lines. Whether they are UTF-8 is found out for all at once, which for each costs as much as reading it.
    fn lines(&mut self, lines: &[u8]) -> Result<(), ParseError> {
        let Ok(text) = str::from_utf8(lines) else {
            return lines.split(|b| *b == b'\n').try_for_each(|line| self.line(line));
        };
        let mut start = 0;
        for end in memchr_iter(b'\n', lines).chain([lines.len()]) {
            self.text(&text[start..end])?;
            start = end + 1;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), ParseError> {
        self.check_len(line)?;
        match str::from_utf8(line) {
            Ok(text) => self.text(text),
            Err(error) => {
                let fault = ParseFault::NotUtf8.at(error.valid_up_to());
                Err(ParseError::new(self.number + 1, line, fault))
            }
        }
    }

    #[inline]
    fn text(&mut self, line: &str) -> Result<(), ParseError> {
        self.check_len(line.as_bytes())?;
        self.number += 1;
        self.read(line).map_err(|fault| ParseError::new(self.number, line.as_bytes(), fault))
    }

    #[inline]
    fn read(&mut self, text: &str) -> Result<(), Fault> {
        self.current.size = self.current.size.saturating_add(text.len());
        match &mut self.format {
            Format::Text => text::line(text, &mut self.current),
            Format::OpenMetrics(reader) => reader.line(text, self.number, &mut self.current),
            Format::OpenMetrics2(reader) => reader.line(text, &mut self.current),
            Format::Protobuf(_) => unreachable!("it has no lines"),
        }?;
        if self.current.size > self.options.max_family {
            return Err(ParseFault::FamilyTooLarge { limit: self.options.max_family }.at(0));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ParseError> {
        let result = match &mut self.format {
            Format::Text => self.current.end().map(drop),
            Format::OpenMetrics(reader) => reader.finish(&mut self.current),
            Format::OpenMetrics2(reader) => reader.finish(&mut self.current),
            Format::Protobuf(_) => unreachable!("it has no lines"),
        };
        result.map_err(|fault| ParseError::new(self.number + 1, b"", fault))
    }

    /// Whether the next line may be so long.
    #[inline]
    fn check_len(&self, line: &[u8]) -> Result<(), ParseError> {
        let limit = self.options.max_line;
        if line.len() > limit {
            return Err(ParseError::new(self.number + 1, line, ParseFault::LineTooLong { limit }.at(limit)));
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Families<R> {
    type Item = Result<MetricFamily, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // A family that is whole comes before the error of the line behind it.
            if let Some(family) = self.state.current.done.pop_front() {
                return Some(Ok(family));
            }
            if let Some(error) = self.error.take() {
                return Some(Err(error));
            }
            if self.is_over {
                return None;
            }
            if let Err(error) = self.read() {
                self.is_over = true;
                self.error = Some(error);
            }
        }
    }
}

impl<R> fmt::Debug for Families<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Families").field("line", &self.state.number).finish_non_exhaustive()
    }
}
