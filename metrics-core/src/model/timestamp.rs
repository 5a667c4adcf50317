use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Not on wasm32-unknown-unknown: asking for the time panics there.
pub(crate) const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

const NANOS: u32 = 1_000_000_000;

/// A moment, counted from 1970, to the nanosecond, in the range of an `i64` of seconds.
///
/// Ordered by time. Printed as exactly as it is kept, in seconds and without needless zeros, which is the spelling of
/// [OpenMetrics][spec].
///
/// ```
/// use metrics_core::model::Timestamp;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let t = Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_500));
/// assert_eq!((t.secs(), t.subsec_nanos()), (1, 500_000_000));
/// assert_eq!(t.to_string(), "1.5");
///
/// // Half a nanosecond before 1970: seconds count down, nanoseconds always up.
/// let before = Timestamp::new(-1, 999_999_999).unwrap();
/// assert_eq!(before.to_string(), "-0.000000001");
/// assert!(before < Timestamp::from_nanos(0));
/// ```
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#timestamps
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp {
    /// Since 1970, within the range of an `i64` of seconds. One number, because each series makes one for each scrape.
    nanos: i128,
}

impl Timestamp {
    /// The earliest one.
    pub const MIN: Self = Self::of(i64::MIN, 0);

    /// The wall clock's time; 1970 on wasm32-unknown-unknown, which has no clock.
    pub fn now() -> Self {
        if HAS_CLOCK { Self::from(SystemTime::now()) } else { Self::from_nanos(0) }
    }

    /// `nanos` after the whole second `secs`, which may be before 1970; `None` if `nanos` is a second or more.
    pub const fn new(secs: i64, nanos: u32) -> Option<Self> {
        if nanos < NANOS { Some(Self::of(secs, nanos)) } else { None }
    }

    const fn of(secs: i64, nanos: u32) -> Self {
        Self { nanos: secs as i128 * NANOS as i128 + nanos as i128 }
    }

    /// From nanoseconds since 1970.
    #[inline]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self { nanos: nanos as i128 }
    }

    /// The nearest nanosecond to so many seconds since 1970; `None` if `secs` is NaN or beyond an `i64`.
    ///
    /// ```
    /// use metrics_core::model::Timestamp;
    /// assert_eq!(Timestamp::from_secs_f64(-0.25), Timestamp::new(-1, 750_000_000));
    /// assert_eq!(Timestamp::from_secs_f64(f64::NAN), None);
    /// ```
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are in range")]
    pub fn from_secs_f64(secs: f64) -> Option<Self> {
        const END: f64 = 9_223_372_036_854_775_808.0;
        if !(-END..END).contains(&secs) {
            return None;
        }
        let whole = secs.floor();
        // The difference is exact: where a double has a fraction, its neighbours do not lose that of the floor.
        let nanos = ((secs - whole) * f64::from(NANOS)).round() as u32;
        // May be a whole second more; doubles with a fraction are far from the end of an `i64`.
        Some(Self::of(whole as i64, nanos))
    }

    /// Whole seconds since 1970, rounded down.
    #[allow(clippy::cast_possible_truncation, reason = "that is its range")]
    pub const fn secs(self) -> i64 {
        self.nanos.div_euclid(NANOS as i128) as i64
    }

    /// Nanoseconds after [`secs`](Self::secs).
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below a thousand million")]
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos.rem_euclid(NANOS as i128) as u32
    }

    /// Nanoseconds since 1970.
    pub const fn as_nanos(self) -> i128 {
        self.nanos
    }

    /// What [`from_nanos`](Self::from_nanos) makes this of; 1970 and 2554 where that reaches no further.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    pub(crate) fn to_word(self) -> u64 {
        self.nanos.clamp(0, u64::MAX.into()) as u64
    }

    /// Milliseconds since 1970, rounded down; the nearest `i64` where there are too many.
    pub const fn as_millis(self) -> i64 {
        let (secs, millis) = (self.secs(), (self.subsec_nanos() / 1_000_000) as i64);
        if secs < 0 {
            // Of the earliest ones the second has no room, and the millisecond has.
            return (secs + 1).saturating_mul(1_000).saturating_add(millis - 1_000);
        }
        secs.saturating_mul(1_000).saturating_add(millis)
    }

    /// Seconds since 1970, the nearest double or one beside it.
    #[allow(clippy::cast_precision_loss, reason = "says so")]
    pub fn as_secs_f64(self) -> f64 {
        self.secs() as f64 + f64::from(self.subsec_nanos()) / f64::from(NANOS)
    }

    /// The system's own notion of it, if that reaches so far.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let whole = Duration::from_secs(self.secs().unsigned_abs());
        let start = if self.nanos < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        start?.checked_add(Duration::from_nanos(self.subsec_nanos().into()))
    }
}

impl From<SystemTime> for Timestamp {
    /// What a system's clock cannot be, beyond an `i64` of seconds, counts as its end.
    fn from(time: SystemTime) -> Self {
        let of = |duration: Duration| {
            let secs = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
            Self::of(secs, duration.subsec_nanos())
        };
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => of(since),
            Err(before) => Self { nanos: -of(before.duration()).nanos },
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, nanos) = (if self.nanos < 0 { "-" } else { "" }, self.nanos.unsigned_abs());
        write!(f, "{sign}{}", nanos / u128::from(NANOS))?;
        let fraction = nanos % u128::from(NANOS);
        if fraction > 0 {
            write!(f, ".{}", format!("{fraction:09}").trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// A text that is no [`Timestamp`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NoTimestamp;

impl fmt::Display for NoTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no time: seconds since 1970, within the range of 64 bits, perhaps with a fraction or an exponent")
    }
}

impl std::error::Error for NoTimestamp {}

/// Seconds, as exactly as they are written, to the nanosecond; with an exponent, the nearest nanosecond to the double
/// that it is.
///
/// ```
/// use metrics_core::model::Timestamp;
/// assert_eq!("-0.5".parse(), Ok(Timestamp::new(-1, 500_000_000).unwrap()));
/// assert_eq!("1.5e3".parse(), Ok(Timestamp::new(1_500, 0).unwrap()));
/// assert!("NaN".parse::<Timestamp>().is_err());
/// ```
impl FromStr for Timestamp {
    type Err = NoTimestamp;

    fn from_str(text: &str) -> Result<Self, NoTimestamp> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if !digits().all(|b| b.is_ascii_digit()) {
            let is_number = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            let secs = if is_number { text.parse().ok() } else { None };
            return secs.and_then(Self::from_secs_f64).ok_or(NoTimestamp);
        }
        if digits().next().is_none() {
            return Err(NoTimestamp);
        }
        let fraction = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
        let nanos = whole
            .bytes()
            .chain(fraction)
            .try_fold(0i128, |nanos, digit| nanos.checked_mul(10)?.checked_add(i128::from(digit - b'0')));
        let nanos = nanos.map(|nanos| if text.starts_with('-') { -nanos } else { nanos });
        let range = Self::MIN.nanos..=Self::of(i64::MAX, NANOS - 1).nanos;
        nanos.filter(|nanos| range.contains(nanos)).map(|nanos| Self { nanos }).ok_or(NoTimestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64, nanos: u32) -> Timestamp {
        Timestamp::new(secs, nanos).unwrap()
    }

    #[test]
    fn text_is_exact_on_both_sides_of_1970() {
        for (t, text) in [
            (at(0, 0), "0"),
            (at(-1, 0), "-1"),
            (at(-1, 500_000_000), "-0.5"),
            (at(-2, 50_000_000), "-1.95"),
            (at(0, 1), "0.000000001"),
            (at(1_700_000_000, 123_456_789), "1700000000.123456789"),
            (at(i64::MAX, 999_999_999), "9223372036854775807.999999999"),
            (at(i64::MIN, 0), "-9223372036854775808"),
            (at(i64::MIN, 1), "-9223372036854775807.999999999"),
        ] {
            assert_eq!(t.to_string(), text);
            assert_eq!(text.parse(), Ok(t));
        }
        assert_eq!(Timestamp::new(0, 1_000_000_000), None);
        for text in ["", ".", "-", "+-1", "1.-1", "1_0", "0x1", "inf", "nan", " 1", "1e99", "9223372036854775808"] {
            assert_eq!(text.parse::<Timestamp>(), Err(NoTimestamp), "{text}");
        }
        assert_eq!("1.".parse(), Ok(at(1, 0)));
        assert_eq!(".0000000019".parse(), Ok(at(0, 1)), "digits beyond the nanosecond are cut off");
    }

    #[test]
    fn doubles_and_system_times_lead_back() {
        for t in [at(0, 0), at(-1, 0), at(-3, 250_000_000), at(1_500_000_000, 500_000_000), at(7, 999_999_999)] {
            assert_eq!(Timestamp::from_secs_f64(t.as_secs_f64()), Some(t), "{t}");
            assert_eq!(Timestamp::from(t.to_system_time().unwrap()), t, "{t}");
        }
        assert_eq!(Timestamp::from_secs_f64(0.999_999_999_9), Some(at(1, 0)), "rounded, with a carry");
        assert_eq!(Timestamp::from_secs_f64(-1e-10), Some(at(0, 0)));
        for beyond in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e19, -1e19] {
            assert_eq!(Timestamp::from_secs_f64(beyond), None);
        }
        assert_eq!(Timestamp::from_secs_f64(-9_223_372_036_854_775_808.0), Some(at(i64::MIN, 0)));
    }

    #[test]
    fn they_are_ordered_and_count_in_all_units() {
        let rising = [at(i64::MIN, 0), at(-2, 999_999_999), at(-1, 0), at(-1, 1), at(0, 0), at(0, 1), at(1, 0)];
        assert!(rising.is_sorted_by(|a, b| a < b));
        assert_eq!(at(-1, 999_000_000).as_millis(), -1);
        assert_eq!(at(-1, 999_999_999).as_nanos(), -1);
        assert_eq!(at(i64::MIN, 0).as_millis(), i64::MIN);
        assert_eq!(Timestamp::from_nanos(u64::MAX).as_nanos(), i128::from(u64::MAX));
    }

    #[test]
    fn milliseconds_reach_as_far_as_they_have_room() {
        for millis in [i64::MIN, i64::MIN + 1, -1_001, -1_000, -999, -1, 0, 1, 1_500, i64::MAX - 1, i64::MAX] {
            let nanos = u32::try_from(millis.rem_euclid(1_000)).unwrap() * 1_000_000;
            assert_eq!(Timestamp::new(millis.div_euclid(1_000), nanos).unwrap().as_millis(), millis);
        }
        assert_eq!(Timestamp::MIN.as_millis(), i64::MIN);
        assert_eq!(Timestamp::new(i64::MAX, 0).unwrap().as_millis(), i64::MAX);
    }
}
