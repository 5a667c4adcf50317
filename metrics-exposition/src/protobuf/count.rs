//! Metrics of counters as nearly all of them are, which most of most pages are, each in one go.

use super::labels::put_plain;
use super::second::Second;
use super::wire::{low_byte, short_varint};
use crate::page::Page;
use metrics_core::model::{Count, Number};

/// Tags of `MetricFamily.metric`, of `Metric.counter`, and of the fields of a `Counter`.
const METRIC: u8 = 0x22;
const COUNTER: u8 = 0x1a;
const VALUE: u8 = 0x09;
const CREATED: u8 = 0x1a;

/// Room for a metric.
const ROOM: usize = 256;
/// For what is behind the labels, padded.
const COUNTER_LEN: usize = 13 + 7 + 8;
/// Labels as long make a metric whose length takes two bytes, unless they are many.
const LONG: usize = 96;

/// Puts a metric for each of these, until one is not as most are, or the page is as long; how many it put.
pub(super) fn put_counts(
    page: &mut Page,
    constant: &[u8],
    counts: &[Count<'_>],
    second: &mut Second,
    most: usize,
) -> usize {
    let most = most.saturating_sub(page.len());
    let mut room = page.room(counts.len() * ROOM);
    let mut put = 0;
    for count in counts {
        let Some(metric) = room.first() else { break };
        let end = match constant.len() + count.own.len() {
            ..LONG => put_count::<2>(metric, constant, count, second),
            _ => put_count::<3>(metric, constant, count, second),
        };
        let Some(end) = end else { break };
        room.skip(end);
        put += 1;
        if room.len() >= most {
            break;
        }
    }
    room.commit();
    put
}

/// With so many bytes for its tag and length; where it ends.
#[inline(always)]
fn put_count<const HEAD: usize>(
    metric: &mut [u8; ROOM],
    constant: &[u8],
    count: &Count<'_>,
    second: &mut Second,
) -> Option<usize> {
    let mut labels = HEAD;
    if !constant.is_empty() {
        metric.get_mut(labels..labels + constant.len())?.copy_from_slice(constant);
        labels += constant.len();
    }
    let behind = labels + put_plain(metric.get_mut(labels..)?, count.own.as_bytes())?;
    let nanos = second.go_to(count.created)?;
    let ((second, second_len), (nanos, nanos_len)) = (second.bytes(), short_varint(nanos));
    let created = low_byte((second_len + nanos_len) as u64);
    let [a, b, c, d, e, f, g, h] = Number::U64(count.value).as_f64().to_le_bytes();
    let counter: &mut [u8; COUNTER_LEN] = metric.get_mut(behind..)?.first_chunk_mut()?;
    counter[..13].copy_from_slice(&[COUNTER, 11 + created, VALUE, a, b, c, d, e, f, g, h, CREATED, created]);
    counter[13..][..8].copy_from_slice(&second);
    counter[13 + second_len..][..8].copy_from_slice(&nanos);
    let end = behind + 13 + usize::from(created);
    let len = (end - HEAD) as u64;
    metric[0] = METRIC;
    match HEAD {
        2 if len < 0x80 => metric[1] = low_byte(len),
        3 if len >= 0x80 => metric[1..3].copy_from_slice(&[low_byte(len) | 0x80, low_byte(len >> 7)]),
        _ => return None,
    }
    Some(end)
}
