use std::time::Duration;

/// The time that this thread has run.
#[cfg(target_os = "linux")]
pub fn now() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a `timespec`.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0, "no clock");
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// The time since the first call: here preempted rounds do count.
#[cfg(not(target_os = "linux"))]
pub fn now() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// Keeps this thread on processor number `k` of those that the process may use: two threads of a few
/// milliseconds would else often take turns on one.
#[cfg(target_os = "linux")]
pub(crate) fn stay_on(k: usize) {
    // SAFETY: a set of processors is plain bits, and the pointers are to sets of the size that is told.
    unsafe {
        let mut all: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(0, size_of_val(&all), &raw mut all) != 0 {
            return;
        }
        let bits = 8 * size_of_val(&all);
        if let Some(cpu) = (0..bits).filter(|cpu| libc::CPU_ISSET(*cpu, &all)).nth(k) {
            let mut one: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(cpu, &mut one);
            libc::sched_setaffinity(0, size_of_val(&one), &raw const one);
        }
    }
}

/// There is no way.
#[cfg(not(target_os = "linux"))]
pub(crate) fn stay_on(_: usize) {}
