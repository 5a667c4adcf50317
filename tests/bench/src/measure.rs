use crate::instructions::Instructions;
use crate::subject::{Subject, Workload};
use crate::{PERIOD, Random, clock};
use std::sync::atomic::{AtomicU32, Ordering::*};
use std::time::{Duration, Instant};

/// What was found out about one subject; all of it for one operation.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The workload's title.
    pub workload: &'static str,
    /// Whose subject.
    pub who: &'static str,
    /// Nanoseconds on one thread.
    pub one: f64,
    /// Nanoseconds of each thread where two do it at once.
    pub two: Option<f64>,
    /// Of one thread, divided by those of the workload's first subject.
    pub ratio: f64,
    /// Instructions, those of the loop around it included.
    pub instructions: Option<f64>,
    /// Calls of the allocator.
    pub allocations: f64,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Results(Vec<Measured>);

impl Results {
    pub(crate) fn add(&mut self, measured: Vec<Measured>) {
        self.0.extend(measured);
    }

    pub(crate) fn all(&self) -> &[Measured] {
        &self.0
    }

    /// One subject's numbers, unless the workload was left out.
    pub fn find(&self, workload: &str, who: &str) -> Option<&Measured> {
        self.0.iter().find(|m| m.workload == workload && m.who == who)
    }
}

/// Of one round.
const SAMPLE: Duration = Duration::from_millis(3);

/// Measures all subjects of a workload in turns.
pub(crate) fn measure(title: &'static str, workload: &Workload, instructions: &Instructions) -> Vec<Measured> {
    let subjects = &workload.subjects;
    let counts: Vec<u64> = subjects.iter().map(calibrate).collect();
    let mut one = vec![Vec::with_capacity(workload.rounds); subjects.len()];
    let mut two = one.clone();
    let (mut order, mut random) = (Vec::from_iter(0..subjects.len()), Random::new(1));
    for _ in 0..workload.rounds {
        random.shuffle(&mut order);
        for &k in &order {
            one[k].push(nanos(subjects[k].run(0, counts[k]), counts[k]));
            if workload.two_threads {
                two[k].push(nanos(run_twice(&subjects[k], counts[k]), counts[k]));
            }
        }
    }
    let one: Vec<f64> = one.into_iter().zip(subjects).map(|(ns, s)| median(ns) / s.units).collect();
    let two = two.into_iter().zip(subjects).map(|(ns, s)| workload.two_threads.then(|| median(ns) / s.units));
    let results = subjects.iter().zip(&one).zip(two).map(|((subject, &ns), two)| Measured {
        workload: title,
        who: subject.who,
        one: ns,
        two,
        ratio: ns / one[0],
        instructions: instructions.get(title, subject.who),
        allocations: allocations(subject, workload.counted.max(1)),
    });
    results.collect()
}

/// So many operations take a sample's time. Warms up, too.
fn calibrate(subject: &Subject) -> u64 {
    let mut n = 1;
    while subject.run(0, n) < SAMPLE / 2 && n < 1 << 32 {
        n *= 2;
    }
    n
}

/// Two threads at once; the mean of their times. A round in which they were not at it together for the most
/// part says nothing and is done again, a few times.
fn run_twice(subject: &Subject, n: u64) -> Duration {
    let mut best = (f64::MIN, Duration::ZERO);
    for _ in 0..3 {
        let ready = AtomicU32::new(0);
        let run = |k| {
            clock::stay_on(k);
            let start = k * PERIOD / 3;
            subject.run(start, 64);
            ready.fetch_add(1, AcqRel);
            while ready.load(Acquire) < 2 {
                std::hint::spin_loop();
            }
            let begin = Instant::now();
            (subject.run(start, n), begin, Instant::now())
        };
        let [a, b] = std::thread::scope(|scope| {
            let threads = [0, 1].map(|k| {
                scope.spawn({
                    let run = &run;
                    move || run(k)
                })
            });
            threads.map(|thread| thread.join().expect("a subject panicked"))
        });
        let together = b.2.min(a.2).saturating_duration_since(a.1.max(b.1));
        let mean = (a.0 + b.0) / 2;
        let share = together.as_secs_f64() / a.0.max(b.0).as_secs_f64();
        if share > best.0 {
            best = (share, mean);
        }
        if share > 0.8 {
            break;
        }
    }
    best.1
}

fn allocations(subject: &Subject, n: u64) -> f64 {
    let calls = crate::alloc::allocations(|| {
        subject.run(0, n);
    });
    float(calls) / float(n)
}

fn nanos(time: Duration, n: u64) -> f64 {
    time.as_secs_f64() * 1e9 / float(n)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(crate) fn float(n: u64) -> f64 {
    n as f64
}
