use super::super::starts_with;
use super::Named;
use super::repeat::doubled;
use super::words::base_of;

/// Whether nothing in the name can break a rule, as in most names. All rules would cost some
/// milliseconds for each, because the compiler takes microseconds for a step.
pub(in super::super) const fn is_plain(named: &Named<'_>) -> bool {
    let mut word = named.name.as_bytes();
    if matches!(word, [b'0'..=b'9', ..]) || doubled(named.prefix.as_bytes(), word).is_some() {
        return false;
    }
    loop {
        let mut rest = word;
        // The shortest loop that the compiler has for it.
        while let [b'a'..=b'z' | b'0'..=b'9', behind @ ..] = rest {
            rest = behind;
        }
        if is_special(word.split_at(word.len() - rest.len()).0, named) {
            return false;
        }
        match rest {
            [] => return true,
            [b'_', behind @ ..] => word = behind,
            _ => return false,
        }
    }
}

/// Whether some rule is about the word, or about what begins with it.
const fn is_special(word: &[u8], named: &Named<'_>) -> bool {
    if is_known(word) {
        return true;
    }
    if let Some(unit) = named.unit
        && starts_with(unit.as_bytes(), word)
    {
        return true;
    }
    let mut i = 0;
    while i < named.label_names.len() {
        if starts_with(named.label_names[i].as_bytes(), word) {
            return true;
        }
        i += 1;
    }
    let mut i = 0;
    while i < named.const_labels.len() {
        if starts_with(named.const_labels[i].0.as_bytes(), word) {
            return true;
        }
        i += 1;
    }
    false
}

/// Rather a word too many than one too few. By their lengths, because the compiler compares a word with one after the other.
const fn is_known(word: &[u8]) -> bool {
    match word.len() {
        0 => true,
        1 => matches!(word, b"s" | b"b" | b"m" | b"h" | b"d"),
        2 => matches!(word, [_, b's' | b'b']),
        3 => matches!(word, b"sec" | b"sum" | b"pct"),
        4 => matches!(word, b"bits" | b"days" | b"gsum" | b"info"),
        5 if matches!(word, b"count" | b"gauge" | b"total") => true,
        6 if matches!(word, b"bucket" | b"gcount") => true,
        7 if matches!(word, b"counter" | b"created" | b"percent" | b"summary") => true,
        8 if matches!(word, b"percents") => true,
        9 if matches!(word, b"histogram") => true,
        10 if matches!(word, b"percentage") => true,
        11 if matches!(word, b"percentages") => true,
        // The last letters of all units.
        _ => matches!(word, [.., b's' | b'n' | b't' | b'e']) && base_of(word).is_some(),
    }
}
