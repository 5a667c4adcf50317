//! When what is due.

use super::Options;
use super::error::Retry;
use crate::random;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Schedule {
    options: Options,
    /// A number from 0 up to 1, by chance.
    random: fn() -> f64,
    /// When it would be time to collect, without jitter.
    turn: Instant,
    collect_at: Instant,
    /// Not before then is anything sent.
    retry_at: Option<Instant>,
    /// Pushes that failed since the last one that succeeded.
    failures: u32,
}

impl Schedule {
    pub(super) fn new(options: Options, random: fn() -> f64, now: Instant) -> Self {
        let collect_at = now + options.longest_jitter().mul_f64(random());
        Self { options, random, turn: now, collect_at, retry_at: None, failures: 0 }
    }

    /// When there is something to do next.
    pub(super) fn next(&self) -> Instant {
        self.retry_at.map_or(self.collect_at, |retry_at| retry_at.min(self.collect_at))
    }

    pub(super) fn is_time_to_collect(&self, now: Instant) -> bool {
        self.collect_at <= now
    }

    pub(super) fn is_time_to_send(&self, now: Instant) -> bool {
        self.retry_at.is_none_or(|retry_at| retry_at <= now)
    }

    /// The next turn is the first one that is still to come.
    pub(super) fn collected(&mut self, now: Instant) {
        let missed = now.saturating_duration_since(self.turn).as_nanos() / self.options.interval.as_nanos();
        let turns = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
        self.turn += self.options.interval.saturating_mul(turns);
        self.collect_at = self.turn + self.options.longest_jitter().mul_f64((self.random)());
    }

    pub(super) fn succeeded(&mut self) {
        (self.retry_at, self.failures) = (None, 0);
    }

    pub(super) fn failed(&mut self, retry: Retry, now: Instant) {
        let Options { first_retry, last_retry, .. } = self.options;
        let back_off = first_retry.saturating_mul(1 << self.failures.min(20)).min(last_retry);
        self.failures = self.failures.saturating_add(1);
        let wait = match retry {
            Retry::BackOff => back_off.mul_f64(0.5 + (self.random)() / 2.0),
            Retry::After(time) => time.min(LONGEST),
            Retry::AtInterval => {
                self.retry_at = Some(self.collect_at.max(now));
                return;
            }
        };
        self.retry_at = Some(now + wait);
    }

    /// When to send the same values again, if at all.
    #[cfg(feature = "pushgateway")]
    pub(super) fn next_try(&mut self, retry: Retry, now: Instant) -> Option<Instant> {
        self.failed(retry, now);
        self.retry_at.filter(|_| retry != Retry::AtInterval)
    }
}

/// No server's word counts for longer.
const LONGEST: Duration = Duration::from_secs(3_600);

/// From 0 up to 1.
#[allow(clippy::cast_precision_loss, reason = "53 bits have room")]
pub(super) fn random() -> f64 {
    (random::random() >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn schedule(random: fn() -> f64, start: Instant) -> Schedule {
        let options = Options::new().interval(10 * SECOND).jitter(4 * SECOND).back_off(SECOND, 8 * SECOND);
        Schedule::new(options, random, start)
    }

    #[test]
    fn turns_are_regular_and_each_comes_a_bit_later() {
        let start = Instant::now();
        let mut schedule = schedule(|| 0.5, start);
        for turn in 0..5 {
            assert_eq!(schedule.next(), start + turn * 10 * SECOND + 2 * SECOND);
            assert!(!schedule.is_time_to_collect(schedule.next() - SECOND));
            assert!(schedule.is_time_to_collect(schedule.next()));
            schedule.collected(schedule.next());
        }
    }

    #[test]
    fn missed_turns_are_left_out() {
        let start = Instant::now();
        let mut schedule = schedule(|| 0.0, start);
        schedule.collected(start + 35 * SECOND);
        assert_eq!(schedule.next(), start + 40 * SECOND);
    }

    #[test]
    fn retries_come_later_and_later_up_to_the_last() {
        let start = Instant::now();
        let mut schedule = schedule(|| 0.0, start);
        schedule.collected(start);
        for wait in [0.5, 1.0, 2.0, 4.0, 4.0, 4.0] {
            schedule.failed(Retry::BackOff, start);
            assert_eq!(schedule.retry_at, Some(start + SECOND.mul_f64(wait)));
            assert!(!schedule.is_time_to_send(start));
            assert!(schedule.is_time_to_send(start + SECOND.mul_f64(wait)));
        }
        schedule.succeeded();
        assert!(schedule.is_time_to_send(start));
        schedule.failed(Retry::BackOff, start);
        assert_eq!(schedule.next(), start + SECOND / 2, "after a success it begins anew");
    }

    #[test]
    fn the_server_may_say_when() {
        let start = Instant::now();
        let mut schedule = schedule(|| 0.0, start);
        schedule.collected(start);
        schedule.failed(Retry::After(3 * SECOND), start);
        assert_eq!(schedule.next(), start + 3 * SECOND);
        schedule.failed(Retry::After(Duration::MAX), start);
        assert_eq!(schedule.next(), start + 10 * SECOND, "values are still collected");
        assert!(schedule.is_time_to_send(start + LONGEST));
        schedule.failed(Retry::AtInterval, start);
        assert_eq!(schedule.next(), start + 10 * SECOND);
        assert!(schedule.is_time_to_send(schedule.next()));
    }

    #[test]
    fn chance_is_spread() {
        let all: Vec<f64> = (0..200).map(|_| random()).collect();
        assert!(all.iter().all(|x| (0.0..1.0).contains(x)));
        assert!(all.iter().any(|x| *x < 0.25) && all.iter().any(|x| *x > 0.75));
    }
}
