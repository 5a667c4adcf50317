//! Texts that are replaced: exemplars, and what an info says. Two halves, so that one is always whole.

use super::Writer;
use super::file::Full;
use super::names::{Blob, Names};
use super::segments::Mapped;
use crate::multiprocess::record::Record;
use metrics_core::private::multiprocess::Key;
use std::ptr::NonNull;

/// Before the text of a half: its number, length and checksum.
const BEFORE: usize = 16;
/// Room of the smallest half, so that one text can be replaced by another.
const LEAST: usize = 128;

impl Writer {
    /// Replaces the text in a slot; an empty one where there is none is nothing.
    pub(super) fn put_blob(&self, key: Key, slot: u32, text: &[u8]) {
        let mut names = self.names();
        let Some(known) = names.known.get_mut(&key) else { return };
        let series = known.series;
        let there = known.blobs.iter_mut().find(|(of, _)| *of == slot).map(|(_, blob)| blob);
        let fits = |blob: &Blob| text.len() + BEFORE <= blob.capacity as usize;
        match there {
            None if text.is_empty() => {}
            Some(blob) if fits(blob) => {
                blob.number += 1;
                self.write(*blob, text);
            }
            _ => {
                let made = self.make_blob(&mut names, text);
                let Some(blob) = self.count_loss(made) else { return };
                let Blob { offset, capacity, .. } = blob;
                // The text first: who finds the blob finds it whole.
                if !self.append_more(&mut names, key, &[Record::Blob { series, slot, offset, capacity }]) {
                    return;
                }
                let Some(known) = names.known.get_mut(&key) else { return };
                let before = known.blobs.iter().position(|(of, _)| *of == slot);
                let before = before.map(|at| known.blobs.swap_remove(at).1);
                known.blobs.push((slot, blob));
                if let Some(before) = before {
                    names.free_blobs.entry(before.capacity).or_default().push(before);
                }
            }
        }
    }

    /// Leaves no text in any slot.
    pub(super) fn clear_blobs(&self, names: &mut Names, key: Key) {
        for (_, blob) in names.known.get_mut(&key).into_iter().flat_map(|known| &mut known.blobs) {
            blob.number += 1;
            self.write(*blob, &[]);
        }
    }

    /// A blob with this text.
    fn make_blob(&self, names: &mut Names, text: &[u8]) -> Result<Blob, Full> {
        let capacity = (BEFORE + text.len()).max(LEAST).next_power_of_two();
        let capacity = u32::try_from(capacity).map_err(|_| Full::TooLarge)?;
        let free = names.free_blobs.get_mut(&capacity).and_then(Vec::pop);
        let blob = match free {
            Some(Blob { offset, .. }) => {
                // Texts of before are no texts of this one.
                let blob = Blob { offset, capacity, number: 0 };
                (0..2).for_each(|half| self.fill(blob, half, &[0; BEFORE], &[]));
                blob
            }
            None => {
                let mut file = self.file();
                if file.is_lost {
                    return Err(Full::NoFile);
                }
                let place = file.segments.take(2 * u64::from(capacity))?;
                Blob { offset: place.offset, capacity, number: 0 }
            }
        };
        let blob = Blob { number: 1, ..blob };
        self.write(blob, text);
        Ok(blob)
    }

    /// Writes the text of this number, to the half that does not hold the one before.
    fn write(&self, blob: Blob, text: &[u8]) {
        let number = blob.number.to_le_bytes();
        let mut sum = crc32fast::Hasher::new();
        sum.update(&number);
        sum.update(text);
        let mut before = [0; BEFORE];
        before[..8].copy_from_slice(&number);
        #[allow(clippy::cast_possible_truncation, reason = "less than a capacity")]
        before[8..12].copy_from_slice(&(text.len() as u32).to_le_bytes());
        before[12..].copy_from_slice(&sum.finalize().to_le_bytes());
        self.fill(blob, blob.number % 2, &before, text);
    }

    fn fill(&self, blob: Blob, half: u64, before: &[u8; BEFORE], text: &[u8]) {
        debug_assert!(BEFORE + text.len() <= blob.capacity as usize);
        let address = self.file().segments.address(blob.offset + half * u64::from(blob.capacity));
        let Some(address) = address else { return };
        // SAFETY: the half is that long, and the lock of the names, which is held, keeps other threads from it. Other
        // processes see by the checksum what is whole.
        unsafe {
            address.add(BEFORE).copy_from_nonoverlapping(NonNull::from(text).cast(), text.len());
            address.copy_from_nonoverlapping(NonNull::from(before).cast(), BEFORE);
        }
    }
}
