//! The words of units: what `promlint` knows, which the lint of `metrics-exposition` shares.

/// The unit in which what `word` says should be measured, if that is a unit: of a base unit, itself.
///
/// ```
/// use metrics_core::name::style::base_unit;
/// assert_eq!(base_unit("seconds"), Some("seconds"));
/// assert_eq!(base_unit("milliseconds"), Some("seconds"));
/// assert_eq!(base_unit("fahrenheit"), Some("celsius"));
/// assert_eq!(base_unit("orders"), None);
/// ```
pub const fn base_unit(word: &str) -> Option<&'static str> {
    base_of(word.as_bytes())
}

pub(super) const fn base_of(word: &[u8]) -> Option<&'static str> {
    match listed(word) {
        Some(base) => Some(base),
        None => match without_si_prefix(word) {
            Some(unit) => listed(unit),
            None => None,
        },
    }
}

const fn listed(word: &[u8]) -> Option<&'static str> {
    Some(match word {
        b"amperes" => "amperes",
        b"bytes" | b"bits" => "bytes",
        b"celsius" | b"fahrenheit" | b"rankine" => "celsius",
        b"grams" | b"pounds" | b"ounces" => "grams",
        b"joules" | b"calories" => "joules",
        b"kelvin" | b"kelvins" => "kelvin",
        b"meters" | b"inches" | b"yards" | b"miles" => "meters",
        // Both spellings are taken.
        b"metres" => "metres",
        b"seconds" | b"minutes" | b"hours" | b"days" | b"weeks" => "seconds",
        b"volts" => "volts",
        _ => return None,
    })
}

/// `mibi` is how promlint spells it.
const fn without_si_prefix(word: &[u8]) -> Option<&[u8]> {
    if word.len() < 8 {
        return None;
    }
    let (four, rest) = word.split_at(4);
    if let b"pico" | b"nano" | b"deci" | b"deca" | b"kilo" | b"kibi" | b"mega" | b"mibi" | b"mebi" | b"giga" | b"gibi"
    | b"tera" | b"tebi" | b"peta" | b"pebi" = four
    {
        return Some(rest);
    }
    let (five, rest) = word.split_at(5);
    if let b"micro" | b"milli" | b"centi" | b"hecto" = five {
        return Some(rest);
    }
    None
}

/// The base units that `word` may be short for, in small letters: several if it can be read in several ways.
///
/// ```
/// use metrics_core::name::style::abbreviated_unit;
/// assert_eq!(abbreviated_unit("ms"), ["seconds"]);
/// assert_eq!(abbreviated_unit("m"), ["seconds", "meters"]);
/// assert!(abbreviated_unit("milliseconds").is_empty());
/// ```
pub const fn abbreviated_unit(word: &str) -> &'static [&'static str] {
    abbreviated(word.as_bytes())
}

pub(super) const fn abbreviated(word: &[u8]) -> &'static [&'static str] {
    match word {
        b"s" | b"ms" | b"us" | b"ns" | b"sec" | b"h" | b"d" => &["seconds"],
        b"b" | b"kb" | b"mb" | b"gb" | b"tb" | b"pb" => &["bytes"],
        b"m" => &["seconds", "meters"],
        _ => &[],
    }
}

/// Whether the word says that a value is out of a hundred, which should be a ratio.
///
/// ```
/// use metrics_core::name::style::is_percent;
/// assert!(is_percent("percent"));
/// assert!(!is_percent("percentile"));
/// ```
pub const fn is_percent(word: &str) -> bool {
    hundredth(word.as_bytes())
}

pub(super) const fn hundredth(word: &[u8]) -> bool {
    matches!(word, b"percent" | b"percents" | b"percentage" | b"percentages" | b"pct")
}

/// Whether a capital follows a small letter.
///
/// ```
/// use metrics_core::name::style::is_camel_case;
/// assert!(is_camel_case("requestsServed"));
/// assert!(!is_camel_case("HTTP_requests"));
/// ```
pub const fn is_camel_case(name: &str) -> bool {
    let name = name.as_bytes();
    let mut i = 1;
    while i < name.len() {
        if name[i].is_ascii_uppercase() && name[i - 1].is_ascii_lowercase() {
            return true;
        }
        i += 1;
    }
    false
}
