//! Where the quotes of rendered labels stand.

use std::num::NonZero;

/// How many bytes are looked at at once.
const WINDOW: usize = 64;

/// The quotes of labels of which none has an escape and none is longer than a window.
#[derive(Debug)]
pub(super) struct Quotes {
    /// A bit for each of the next bytes that is a quote.
    left: u64,
}

impl Quotes {
    /// `None` if a backslash is seen, behind which a quote may mean itself.
    #[inline(always)]
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        Some(Self { left: quotes(text)? })
    }

    /// Where the quotes of the next label are, with which `rest` begins. `None` if it is longer than a window, is none, or
    /// has an escape.
    #[inline(always)]
    pub(super) fn next(&mut self, rest: &[u8]) -> Option<(usize, usize)> {
        let mut behind = self.left & self.left.wrapping_sub(1);
        if behind == 0 {
            self.left = anew(rest)?;
            behind = self.left & self.left.wrapping_sub(1);
        }
        let (open, close) = (self.left.trailing_zeros(), NonZero::new(behind)?.trailing_zeros());
        self.left = behind >> close >> 2;
        Some((open as usize, close as usize))
    }
}

#[cold]
#[inline(never)]
fn anew(rest: &[u8]) -> Option<u64> {
    quotes(rest)
}

/// A bit for each quote among the first 64 bytes; `None` if there is a backslash, or less than the shortest label.
///
/// Without a branch for each byte or word: lengths of values are as good as random.
#[inline(always)]
fn quotes(text: &[u8]) -> Option<u64> {
    let mut window = [0; WINDOW];
    // Two halves, which overlap in the text if it is shorter than they are.
    let second = match text.len() {
        WINDOW.. => put_halves::<32>(&mut window, &text[..WINDOW]),
        32.. => put_halves::<32>(&mut window, text),
        16.. => put_halves::<16>(&mut window, text),
        8.. => put_halves::<8>(&mut window, text),
        4.. => put_halves::<4>(&mut window, text),
        _ => return None,
    };
    let escapes = window.iter().fold(0, |any, byte| any | u8::from(*byte == b'\\'));
    let [first, last] = ones(window.map(|byte| u8::from(byte == b'"')));
    (escapes == 0).then_some(first | last << second)
}

/// Puts the first and the last bytes of a text into the halves of a window; where in the text the last ones begin.
#[inline(always)]
fn put_halves<const N: usize>(window: &mut [u8; WINDOW], text: &[u8]) -> usize {
    if let (Some(first), Some(last)) = (text.first_chunk::<N>(), text.last_chunk::<N>()) {
        window[..N].copy_from_slice(first);
        window[WINDOW / 2..][..N].copy_from_slice(last);
    }
    text.len() - N
}

/// A bit for each byte of either half, all of which are 0 or 1.
#[inline(always)]
fn ones(bytes: [u8; WINDOW]) -> [u64; 2] {
    // The product has the `i`th of eight bytes at bit 56 + `i`, and carries nothing there.
    let eight = |bytes: [u8; 8]| u64::from_le_bytes(bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let (parts, _) = bytes.as_chunks();
    let half = |at: usize| (0..4).fold(0, |ones, part| ones | eight(parts[at + part]) << (8 * part));
    [half(0), half(4)]
}
