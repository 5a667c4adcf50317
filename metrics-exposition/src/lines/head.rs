//! How a line begins, and bounds of buckets.

use super::{number, push_all, push_name};
use crate::page::{Page, Room};
use metrics_core::model::{Count, Number, float_to_go_string};
use metrics_core::name::is_legacy_metric_name;

/// Room for braces, blank, number and line feed.
pub(super) const TAIL: usize = number::ROOM + 8;

/// How the lines of one suffix begin.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// `name_total{` or `name_total{scope,`; with a name that goes into the braces `{"name.total",` or
    /// `{"name.total",scope,`.
    open: Vec<u8>,
    /// The same for a series without labels of its own: `name_total ` or `name_total{scope} ` or `{"name.total"} `.
    bare: Vec<u8>,
    /// For most; a longer beginning takes twice as long.
    short: Short<32>,
    medium: Short<64>,
}

/// How lines begin that are short throughout, as most are. Each is put together in an array of one size, of which the
/// compiler knows that every piece fits.
#[derive(Debug)]
pub(super) struct Short<const N: usize> {
    open: [u8; N],
    /// 0: it is too long.
    len: usize,
}

/// `0.005"} `, padded: copying a known length is faster, see [`Room::put_padded`].
#[derive(Debug)]
pub(super) struct Le {
    pub(super) text: [u8; Self::LEN],
    pub(super) len: usize,
}

impl Head {
    pub(super) fn prepare(&mut self, name: &str, suffix: &str, scope: &str) {
        let Self { open, bare, .. } = self;
        open.clear();
        let mut inside = scope.as_bytes().to_vec();
        if is_legacy_metric_name(name) {
            push_name(open, name, suffix);
        } else {
            inside.clear();
            push_name(&mut inside, name, suffix);
            push_all(&mut inside, &[if scope.is_empty() { "" } else { "," }, scope]);
        }
        bare.clone_from(open);
        open.push(b'{');
        if !inside.is_empty() {
            open.extend_from_slice(&inside);
            bare.clone_from(open);
            open.push(b',');
            bare.push(b'}');
        }
        bare.push(b' ');
        self.short = Short::new(open);
        self.medium = Short::new(open);
    }

    /// What stands before the value of a label that comes behind the series' own; its name as it stands there.
    pub(super) fn begin_with(&self, out: &mut Vec<u8>, own: &str, label: &[u8]) {
        out.clear();
        out.extend_from_slice(&self.open);
        if !own.is_empty() {
            out.extend_from_slice(own.as_bytes());
            out.push(b',');
        }
        out.extend_from_slice(label);
        out.extend_from_slice(b"=\"");
    }

    /// All that stands before a value.
    pub(super) fn begin(&self, out: &mut Vec<u8>, own: &str) {
        if own.is_empty() {
            return out.extend_from_slice(&self.bare);
        }
        out.extend_from_slice(&self.open);
        out.extend_from_slice(own.as_bytes());
        out.extend_from_slice(b"} ");
    }

    /// A line with any number.
    #[inline(never)]
    pub(super) fn line(&self, page: &mut Page, own: &str, value: Number) {
        let mut room = self.begin_line(page, own);
        number::put(&mut room, value);
        room.put(b"\n");
        room.commit();
    }

    /// A line with a count, which is what most lines are.
    #[inline(always)]
    pub(super) fn count_line(&self, page: &mut Page, own: &str, value: u64) {
        let mut room = self.begin_line(page, own);
        number::put_u64(&mut room, value);
        room.put(b"\n");
        room.commit();
    }

    /// A line for each of these.
    pub(super) fn count_lines(&self, page: &mut Page, mut counts: &[Count<'_>]) {
        while !counts.is_empty() {
            counts = match self.short.len {
                0 => self.medium.put_lines(page, counts),
                _ => self.short.put_lines(page, counts),
            };
            if let [long, behind @ ..] = counts {
                self.count_line(page, long.own, long.value);
                counts = behind;
            }
        }
    }

    #[inline(always)]
    fn begin_line<'p>(&self, page: &'p mut Page, own: &str) -> Room<'p> {
        let mut room = page.room(self.open.len() + own.len() + TAIL);
        if own.is_empty() {
            room.put_short(&self.bare);
        } else {
            room.put_short(&self.open);
            room.put_short(own.as_bytes());
            room.put(b"} ");
        }
        room
    }
}

/// Room for a short line: the longer beginning, or the shorter one and labels, and a number.
pub(super) const LINE: usize = 256;
/// The longest labels of their own that short lines have.
const OWN: usize = 128;

impl<const N: usize> Short<N> {
    pub(super) fn new(open: &[u8]) -> Self {
        let mut short = Self::default();
        if let Some(place) = short.open.get_mut(..open.len()) {
            place.copy_from_slice(open);
            short.len = open.len();
        }
        short
    }

    /// Puts lines until one is too long or has no labels of its own; what is left.
    fn put_lines<'c, 'l>(&self, page: &mut Page, counts: &'c [Count<'l>]) -> &'c [Count<'l>] {
        let mut room = page.room(counts.len() * LINE);
        let put = counts.iter().take_while(|count| self.put_line(&mut room, count)).count();
        room.commit();
        &counts[put..]
    }

    /// Puts a line, unless it is too long, as one with a number of 17 digits is, or has no labels of its own.
    #[inline(always)]
    fn put_line(&self, room: &mut Room<'_>, count: &Count<'_>) -> bool {
        const { assert!(N + OWN + TAIL <= LINE) };
        let own = count.own.as_bytes();
        let Some(line) = room.first() else { return false };
        let (start, len) = (self.put_open(line), own.len());
        match len {
            _ if start == 0 => return false,
            8..=15 => copy_ends::<8>(line, start, own),
            16..=32 => copy_ends::<16>(line, start, own),
            33..=64 => copy_ends::<32>(line, start, own),
            65..=OWN => copy_ends::<64>(line, start, own),
            _ => return false,
        }
        let value = start + len + 2;
        line[value - 2..value].copy_from_slice(b"} ");
        let end = end_line(line, value, count.value);
        room.skip(end.unwrap_or(0));
        end.is_some()
    }

    /// Puts the line of a bucket, unless it is too long.
    #[inline(always)]
    pub(super) fn put_bucket(&self, room: &mut Room<'_>, le: &Le, count: u64) -> bool {
        const { assert!(N + Le::LEN + TAIL <= LINE) };
        let Some(line) = room.first() else { return false };
        let start = self.put_open(line);
        if start == 0 {
            return false;
        }
        line[start..start + Le::LEN].copy_from_slice(&le.text);
        let end = end_line(line, start + le.len.min(Le::LEN), count);
        room.skip(end.unwrap_or(0));
        end.is_some()
    }

    #[inline(always)]
    fn put_open(&self, line: &mut [u8; LINE]) -> usize {
        line[..N].copy_from_slice(&self.open);
        self.len.min(N)
    }
}

/// Puts a number and the end of the line; where that is. `None`: it is too long.
#[inline(always)]
fn end_line(line: &mut [u8; LINE], at: usize, count: u64) -> Option<usize> {
    let Some((digits, len)) = number::short(count) else { return end_long(line, at, count) };
    line[at..at + 8].copy_from_slice(&digits);
    line[at + len] = b'\n';
    Some(at + len + 1)
}

/// Apart, so that short ones need not keep registers for it.
#[inline(never)]
fn end_long(line: &mut [u8; LINE], at: usize, count: u64) -> Option<usize> {
    let ((high, len), low) = number::halves(count)?;
    line[at..at + 8].copy_from_slice(&high);
    let at = at + len;
    line[at..at + 8].copy_from_slice(&low);
    line[at + 8] = b'\n';
    Some(at + 9)
}

impl<const N: usize> Default for Short<N> {
    fn default() -> Self {
        Self { open: [0; N], len: 0 }
    }
}

/// Copies `N` to 2 × `N` bytes as two parts that overlap, as [`Room::put_short`] does. Within an array: from slice to slice it
/// takes eleven instructions more a line, of ninety.
#[inline(always)]
fn copy_ends<const N: usize>(line: &mut [u8; LINE], start: usize, from: &[u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) {
        line[start..start + N].copy_from_slice(first);
        let end = start + from.len();
        line[end - N..end].copy_from_slice(last);
    }
}

impl Le {
    /// Of the longest, `-2.2250738585072014e-308"} `, and padding.
    pub(super) const LEN: usize = 32;

    pub(super) fn of(bound: f64) -> Self {
        let bytes = float_to_go_string(bound) + "\"} ";
        let mut text = [0; Self::LEN];
        text[..bytes.len()].copy_from_slice(bytes.as_bytes());
        Self { text, len: bytes.len() }
    }
}
