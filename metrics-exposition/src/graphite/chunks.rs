//! What is sent, in pieces that a server takes or not.

use super::pickle;
use std::collections::VecDeque;

/// Whole lines, a datagram, or a message of pickled entries.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) samples: u64,
}

/// Chunks that are filled with samples, one after the other.
#[derive(Debug)]
pub(super) struct Chunks {
    /// No chunk is longer, unless a sample alone is.
    size: usize,
    filled: Vec<Chunk>,
}

/// A place in [`Chunks`], up to which they can be emptied again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    chunks: usize,
    bytes: usize,
    samples: u64,
}

impl Chunks {
    pub(super) fn new(size: usize) -> Self {
        Self { size, filled: Vec::new() }
    }

    pub(super) fn push(&mut self, sample: &[u8]) {
        let has_room = |chunk: &Chunk| chunk.bytes.len() + sample.len() <= self.size;
        if !self.filled.last().is_some_and(has_room) {
            self.filled.push(Chunk::default());
        }
        if let Some(chunk) = self.filled.last_mut() {
            chunk.bytes.extend_from_slice(sample);
            chunk.samples += 1;
        }
    }

    pub(super) fn mark(&self) -> Mark {
        let last = self.filled.last();
        let (bytes, samples) = last.map_or((0, 0), |chunk| (chunk.bytes.len(), chunk.samples));
        Mark { chunks: self.filled.len(), bytes, samples }
    }

    pub(super) fn return_to(&mut self, mark: Mark) {
        self.filled.truncate(mark.chunks);
        if let Some(last) = self.filled.last_mut() {
            last.bytes.truncate(mark.bytes);
            last.samples = mark.samples;
        }
    }

    pub(super) fn into_chunks(self, is_pickle: bool) -> impl Iterator<Item = Chunk> {
        let chunks = self.filled.into_iter().filter(|chunk| chunk.samples > 0);
        chunks.map(move |chunk| match is_pickle {
            true => Chunk { bytes: pickle::message(&chunk.bytes), ..chunk },
            false => chunk,
        })
    }
}

/// What waits to be sent: so many bytes at most, of which the oldest give way.
#[derive(Debug)]
pub(super) struct Buffer {
    most: usize,
    chunks: VecDeque<Chunk>,
    bytes: usize,
}

impl Buffer {
    pub(super) fn new(most: usize) -> Self {
        Self { most, chunks: VecDeque::new(), bytes: 0 }
    }

    /// Takes the chunk, and says how many samples had to go for it.
    pub(super) fn push(&mut self, mut chunk: Chunk) -> u64 {
        chunk.bytes.shrink_to_fit();
        self.bytes += chunk.bytes.len();
        self.chunks.push_back(chunk);
        let mut dropped = 0;
        while self.bytes > self.most {
            let Some(oldest) = self.pop() else { break };
            dropped += oldest.samples;
        }
        dropped
    }

    pub(super) fn oldest(&self) -> Option<&Chunk> {
        self.chunks.front()
    }

    pub(super) fn pop(&mut self) -> Option<Chunk> {
        let oldest = self.chunks.pop_front()?;
        self.bytes -= oldest.bytes.len();
        Some(oldest)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: impl Iterator<Item = Chunk>) -> Vec<(String, u64)> {
        chunks.map(|chunk| (String::from_utf8(chunk.bytes).unwrap(), chunk.samples)).collect()
    }

    #[test]
    fn samples_are_not_torn() {
        let mut chunks = Chunks::new(6);
        for sample in ["ab\n", "cd\n", "ef\n", "a long one\n", "g\n"] {
            chunks.push(sample.as_bytes());
        }
        let expected = [("ab\ncd\n", 2), ("ef\n", 1), ("a long one\n", 1), ("g\n", 1)];
        assert_eq!(lines(chunks.into_chunks(false)), expected.map(|(text, samples)| (text.to_owned(), samples)));
    }

    #[test]
    fn what_came_behind_a_mark_can_be_forgotten() {
        let mut chunks = Chunks::new(6);
        let start = chunks.mark();
        chunks.push(b"ab\n");
        let mark = chunks.mark();
        (0..5).for_each(|_| chunks.push(b"cd\n"));
        chunks.return_to(mark);
        chunks.push(b"ef\n");
        assert_eq!(chunks.filled.len(), 1);
        assert_eq!(chunks.filled[0].bytes, b"ab\nef\n");
        assert_eq!(chunks.filled[0].samples, 2);
        chunks.return_to(start);
        assert_eq!(chunks.into_chunks(false).count(), 0);
    }

    #[test]
    fn the_oldest_give_way() {
        let chunk = |text: &str, samples| Chunk { bytes: text.into(), samples };
        let mut buffer = Buffer::new(10);
        assert_eq!(buffer.push(chunk("aaaa", 1)), 0);
        assert_eq!(buffer.push(chunk("bbbb", 2)), 0);
        assert_eq!(buffer.push(chunk("cccc", 3)), 1);
        assert_eq!((buffer.bytes(), buffer.oldest().unwrap().samples), (8, 2));
        assert_eq!(buffer.push(chunk("ten bytes.", 4)), 5);
        assert_eq!(buffer.push(chunk("eleven more", 5)), 9, "what never has room goes, too");
        assert_eq!((buffer.bytes(), buffer.pop().is_none()), (0, true));
    }
}
