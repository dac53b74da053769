//! CPU time and how it grows: what a busy machine does not blur.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Runs a job and says how much processor time this thread spent on it.
pub fn cpu_time<T>(job: impl FnOnce() -> T) -> (T, Duration) {
    let before = spent();
    let done = job();
    (done, spent().saturating_sub(before))
}

/// How long this thread has been running.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap(),
        u32::try_from(time.tv_nsec).unwrap(),
    )
}

/// The exponent `e` of `cost ~ size^e` between the first and the last of these points.
pub fn exponent(points: &[(u64, Duration)]) -> f64 {
    let (first, last) = (points.first().unwrap(), points.last().unwrap());
    let ln =
        |(size, cost): &(u64, Duration)| ((*size as f64).ln(), cost.as_secs_f64().max(1e-9).ln());
    let ((a, from), (b, to)) = (ln(first), ln(last));
    (to - from) / (b - a)
}
