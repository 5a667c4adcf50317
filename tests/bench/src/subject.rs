use crate::clock;
use std::fmt;
use std::time::Duration;

/// One way to do what a workload is about.
pub struct Subject {
    pub(crate) who: &'static str,
    run: Box<dyn Fn(usize, u64) -> Duration + Sync>,
    /// What one run of the operation counts as.
    pub(crate) units: f64,
}

impl Subject {
    /// An operation that is called with 0, 1, 2, …, from two threads at once if the workload says so.
    pub fn new(who: &'static str, op: impl Fn(usize) + Sync + 'static) -> Self {
        // If it is a few instructions, then these are unrolled, so that it is not the loop that is measured.
        Self::unrolled::<4>(who, op)
    }

    fn unrolled<const N: u64>(who: &'static str, op: impl Fn(usize) + Sync + 'static) -> Self {
        let run = move |start: usize, n: u64| {
            let begin = clock::now();
            let mut i = start;
            for _ in 0..n.div_ceil(N) {
                for _ in 0..N {
                    op(i);
                    forget_memory();
                    i += 1;
                }
            }
            clock::now() - begin
        };
        Self { who, run: Box::new(run), units: 1.0 }
    }

    /// An operation that does `units` things at once: time and the like are told for one of them.
    pub fn batch(who: &'static str, units: usize, op: impl Fn() + Sync + 'static) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "few")]
        let units = units as f64;
        Self { units, ..Self::unrolled::<1>(who, move |_| op()) }
    }

    /// The same, but `setup` is not measured. It makes what the operation takes, and which is dropped after.
    pub fn after<S, T>(
        who: &'static str,
        units: usize,
        setup: impl Fn() -> S + Sync + 'static,
        op: impl Fn(&mut S) -> T + Sync + 'static,
    ) -> Self {
        let run = move |_: usize, n: u64| {
            let mut total = Duration::ZERO;
            for _ in 0..n {
                let mut state = setup();
                let begin = clock::now();
                let result = op(&mut state);
                total += clock::now() - begin;
                drop((result, state));
            }
            total
        };
        #[allow(clippy::cast_precision_loss, reason = "few")]
        let units = units as f64;
        Self { who, run: Box::new(run), units }
    }

    /// The time of `n` operations of this thread. A hot one takes a multiple of four.
    pub(crate) fn run(&self, start: usize, n: u64) -> Duration {
        (self.run)(start, n)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Subject").field(&self.who).finish()
    }
}

/// Makes the compiler forget what it knows of memory, so that it reads everything again for each operation, as
/// it has to where there is other code in between. No instruction.
#[inline(always)]
fn forget_memory() {
    std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
}

/// What several crates can do.
#[derive(Debug)]
pub struct Workload {
    /// The first one is what the others are compared with.
    pub subjects: Vec<Subject>,
    /// Whether two threads at once are measured too.
    pub two_threads: bool,
    /// How many rounds are measured.
    pub rounds: usize,
    /// Operations for which instructions are counted; 0: they are not.
    pub counted: u64,
}

impl Workload {
    /// Operations of some nanoseconds.
    pub const fn hot(subjects: Vec<Subject>) -> Self {
        Self { subjects, two_threads: true, rounds: 41, counted: 1_000 }
    }

    /// Operations of a millisecond and more.
    pub const fn slow(subjects: Vec<Subject>, rounds: usize) -> Self {
        Self { subjects, two_threads: false, rounds, counted: 0 }
    }
}
