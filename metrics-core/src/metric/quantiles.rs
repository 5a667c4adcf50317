//! Quantiles of what was observed lately.

use super::timer::Stopwatch;
use sketches_ddsketch::{Config, DDSketch};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long an observation counts, about.
const WINDOW: Duration = Duration::from_secs(600);
/// The window moves on by a part of it.
const PARTS: u32 = 5;

/// The observations of the last ten minutes, in five sketches that are emptied in turn.
pub(super) struct Window {
    quantiles: &'static [f64],
    parts: Mutex<Parts>,
}

struct Parts {
    /// The present one last.
    sketches: [DDSketch; PARTS as usize],
    /// Since the present one began.
    age: Stopwatch,
}

impl Window {
    pub(super) fn new(quantiles: &'static [f64]) -> Self {
        Self { quantiles, parts: Mutex::new(Parts::new()) }
    }

    /// NaN and infinities are at no place among other values, and left out.
    pub(super) fn observe(&self, value: f64) {
        if value.is_finite() {
            self.parts().present().add(value);
        }
    }

    /// Each quantile with its value, NaN if there is none.
    pub(super) fn values(&self) -> Vec<(f64, f64)> {
        let mut all = sketch();
        {
            let mut parts = self.parts();
            parts.present();
            for part in &parts.sketches {
                // Refused only of another accuracy.
                let _ = all.merge(part);
            }
        }
        let value = |quantile| all.quantile(quantile).ok().flatten().unwrap_or(f64::NAN);
        self.quantiles.iter().map(|quantile| (*quantile, value(*quantile))).collect()
    }

    pub(super) fn clear(&self) {
        *self.parts() = Parts::new();
    }

    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Parts {
    fn new() -> Self {
        Self { sketches: std::array::from_fn(|_| sketch()), age: Stopwatch::start() }
    }

    /// The sketch of the present, after those that are too old were emptied.
    fn present(&mut self) -> &mut DDSketch {
        self.turn(self.age.elapsed());
        &mut self.sketches[PARTS as usize - 1]
    }

    fn turn(&mut self, age: Duration) {
        let old = (age.as_secs() / (WINDOW / PARTS).as_secs()).min(u64::from(PARTS));
        for _ in 0..old {
            self.sketches.rotate_left(1);
            self.sketches[PARTS as usize - 1] = sketch();
            self.age = Stopwatch::start();
        }
    }
}

/// Within one percent of the value, of at most 2,048 places.
fn sketch() -> DDSketch {
    DDSketch::new(Config::defaults())
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_leave_after_the_window() {
        let window = Window::new(&[0.0, 0.5, 1.0]);
        (1..=1_000).for_each(|n| window.observe(f64::from(n)));
        window.observe(f64::NAN);
        window.observe(f64::INFINITY);
        let close = |found: f64, wanted: f64| (found - wanted).abs() <= wanted * 0.02;
        let values = window.values();
        assert!(close(values[0].1, 1.0) && close(values[1].1, 500.0) && close(values[2].1, 1_000.0), "{values:?}");

        let part = WINDOW / PARTS;
        window.parts().turn(part - Duration::from_secs(1));
        window.observe(5_000.0);
        for _ in 1..PARTS {
            window.parts().turn(part);
            assert!(close(window.values()[2].1, 5_000.0));
        }
        window.parts().turn(part);
        assert!(window.values().iter().all(|(_, value)| value.is_nan()), "{window:?}");
        window.observe(7.0);
        window.parts().turn(WINDOW * 20);
        assert!(window.values()[1].1.is_nan());
        window.observe(7.0);
        window.clear();
        assert!(window.values()[1].1.is_nan());
    }
}
