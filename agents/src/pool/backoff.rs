//! How long to wait before the next attempt: exponential, with full jitter, so that what failed together does not
//! come back together.

use std::time::Duration;

/// The wait before the first further attempt is at most this; it doubles.
const FIRST: Duration = Duration::from_millis(500);

/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(30);

/// The wait after so many setbacks in a row. `jitter` is between 0 and 1.
pub(super) fn wait(setbacks: u32, jitter: f64) -> Duration {
    let most = FIRST.saturating_mul(2_u32.saturating_pow(setbacks.saturating_sub(1))).min(LONGEST);
    most.mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_longest_and_is_anything_below() {
        let most: Vec<_> = (1..=8).map(|setbacks| wait(setbacks, 1.0).as_millis()).collect();
        assert_eq!(most, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        assert_eq!(wait(3, 0.0), Duration::ZERO);
        assert_eq!(wait(3, 0.25), Duration::from_millis(500));
        assert_eq!(wait(u32::MAX, 1.0), LONGEST);
    }
}
