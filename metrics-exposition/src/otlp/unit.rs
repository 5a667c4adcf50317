//! Units, as OpenTelemetry spells them.

use std::borrow::Cow;

/// [UCUM][ucum]'s code for a word of Prometheus' conventions, by the rules of the [compatibility specification][spec]; a word
/// that has none stays.
///
/// [ucum]: https://ucum.org
/// [spec]: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata
pub(super) fn ucum(unit: &str) -> Cow<'_, str> {
    match unit.split_once("_per_") {
        Some((of, per)) => Cow::Owned(format!("{}/{}", code(of), code(per))),
        None => Cow::Borrowed(code(unit)),
    }
}

/// Of one word, in plural or not: what stands behind `per` is one.
fn code(word: &str) -> &str {
    let known = |word: &str| CODES.iter().find(|(plural, singular, _)| [*plural, *singular].contains(&word));
    known(word).map_or(word, |(_, _, code)| code)
}

const CODES: &[(&str, &str, &str)] = &[
    ("ratio", "ratio", "1"),
    ("percent", "percent", "%"),
    ("nanoseconds", "nanosecond", "ns"),
    ("microseconds", "microsecond", "us"),
    ("milliseconds", "millisecond", "ms"),
    ("seconds", "second", "s"),
    ("minutes", "minute", "min"),
    ("hours", "hour", "h"),
    ("days", "day", "d"),
    ("weeks", "week", "wk"),
    ("months", "month", "mo"),
    ("years", "year", "a"),
    ("bits", "bit", "bit"),
    ("bytes", "byte", "By"),
    ("kibibytes", "kibibyte", "KiBy"),
    ("mebibytes", "mebibyte", "MiBy"),
    ("gibibytes", "gibibyte", "GiBy"),
    ("tebibytes", "tebibyte", "TiBy"),
    ("kilobytes", "kilobyte", "kBy"),
    ("megabytes", "megabyte", "MBy"),
    ("gigabytes", "gigabyte", "GBy"),
    ("terabytes", "terabyte", "TBy"),
    ("meters", "meter", "m"),
    ("metres", "metre", "m"),
    ("kilometers", "kilometer", "km"),
    ("grams", "gram", "g"),
    ("kilograms", "kilogram", "kg"),
    ("amperes", "ampere", "A"),
    ("volts", "volt", "V"),
    ("watts", "watt", "W"),
    ("joules", "joule", "J"),
    ("hertz", "hertz", "Hz"),
    ("celsius", "celsius", "Cel"),
    ("kelvin", "kelvin", "K"),
    ("kelvins", "kelvin", "K"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_codes() {
        for (unit, expected) in [
            ("seconds", "s"),
            ("bytes", "By"),
            ("ratio", "1"),
            ("celsius", "Cel"),
            ("bytes_per_second", "By/s"),
            ("meters_per_hour", "m/h"),
            ("requests_per_day", "requests/d"),
            ("requests", "requests"),
            ("", ""),
        ] {
            assert_eq!(ucum(unit), expected);
        }
    }
}
