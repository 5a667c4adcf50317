use super::error::{Fault, ParseError, ParseFault};
use super::family::Current;
use super::{Options, openmetrics, openmetrics_2, protobuf, text};
use memchr::memchr;
use metrics_core::model::MetricFamily;
use std::fmt;
use std::io::{BufRead, ErrorKind};

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

    /// Reads on until a family is whole, or the reader gives something new.
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
        let (mut used, mut result) = (0, Ok(()));
        while let Some(len) = memchr(b'\n', &chunk[used..]) {
            let line = &chunk[used..used + len];
            used += len + 1;
            result = if partial.is_empty() {
                state.line(line)
            } else {
                partial.extend_from_slice(line);
                let result = state.line(partial);
                partial.clear();
                result
            };
            if result.is_err() || !state.current.done.is_empty() {
                reader.consume(used);
                return result;
            }
        }
        partial.extend_from_slice(&chunk[used..]);
        let len = chunk.len();
        reader.consume(len);
        if partial.len() > state.options.max_line {
            result = Err(state.too_long(partial));
        }
        result
    }
}

impl State {
    fn line(&mut self, line: &[u8]) -> Result<(), ParseError> {
        if line.len() > self.options.max_line {
            return Err(self.too_long(line));
        }
        self.number += 1;
        self.read(line).map_err(|fault| ParseError::new(self.number, line, fault))
    }

    #[inline]
    fn read(&mut self, line: &[u8]) -> Result<(), Fault> {
        let text = str::from_utf8(line).map_err(|error| ParseFault::NotUtf8.at(error.valid_up_to()))?;
        self.current.size = self.current.size.saturating_add(line.len());
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

    fn too_long(&self, line: &[u8]) -> ParseError {
        let fault = ParseFault::LineTooLong { limit: self.options.max_line };
        ParseError::new(self.number + 1, line, fault.at(self.options.max_line))
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
