use super::{Message, family_name, has_unit};
use crate::metrics::{FamilyField, Field};
use crate::model::Kind;

/// The prefixes that a family's name begins with, innermost first.
#[derive(Clone, Copy)]
struct Path<'a> {
    prefix: &'a str,
    outer: Option<&'a Path<'a>>,
}

/// Panics if family or group number `at` of a struct has a name, or a sample name by one of the suffixes
/// that types imply, that a field before it has too, through nested groups as well.
///
/// Names are compared by a 64-bit hash: comparing them byte by byte makes rustc stop the evaluation as
/// too long at some hundred fields.
#[track_caller]
pub const fn check_unique(fields: &[Field], at: usize) {
    let mut i = 0;
    while i < at {
        if let Some((a, b)) = clash(&fields[i], None, &fields[at], None) {
            let message = Message::new()
                .push("`")
                .push(b.name)
                .push("` has the same name in the exposition as `")
                .push(a.name)
                .push("`, with prefix, unit and the suffixes of its type; rename one");
            panic!("{}", message.as_str());
        }
        i += 1;
    }
}

type Pair = (FamilyField, FamilyField);

const fn clash(a: &Field, path_a: Option<&Path<'_>>, b: &Field, path_b: Option<&Path<'_>>) -> Option<Pair> {
    match (a, b) {
        (Field::Group(group), _) => {
            let outer = Path { prefix: group.prefix, outer: path_a };
            let inner = Path { prefix: group.inner_prefix, outer: Some(&outer) };
            let mut i = 0;
            while i < group.fields.len() {
                if let Some(pair) = clash(&group.fields[i], Some(&inner), b, path_b) {
                    return Some(pair);
                }
                i += 1;
            }
            None
        }
        (_, Field::Group(group)) => {
            let outer = Path { prefix: group.prefix, outer: path_b };
            let inner = Path { prefix: group.inner_prefix, outer: Some(&outer) };
            let mut i = 0;
            while i < group.fields.len() {
                if let Some(pair) = clash(a, path_a, &group.fields[i], Some(&inner)) {
                    return Some(pair);
                }
                i += 1;
            }
            None
        }
        (Field::Family(a), Field::Family(b)) => {
            let (base_a, base_b) = (hash_family(a, path_a), hash_family(b, path_b));
            if meets(base_a, a.kind, base_b, b.kind) { Some((*a, *b)) } else { None }
        }
    }
}

/// Whether the two have a sample of one name. No suffix ends in another one, so that two samples with suffixes
/// are the same only if the families are.
const fn meets(a: u64, kind_a: Kind, b: u64, kind_b: Kind) -> bool {
    a == b || is_sample(b, a, kind_a) || is_sample(a, b, kind_b)
}

const fn is_sample(name: u64, family: u64, kind: Kind) -> bool {
    let suffixes = kind.suffixes();
    let mut i = 0;
    while i < suffixes.len() {
        if name == hash(family, suffixes[i]) {
            return true;
        }
        i += 1;
    }
    false
}

const fn hash_family(field: &FamilyField, path: Option<&Path<'_>>) -> u64 {
    let name = family_name(field.name, matches!(field.kind, Kind::Counter));
    let mut h = hash(hash_path(path), name);
    if let Some(unit) = field.options.unit
        && !has_unit(name, unit.as_str())
    {
        h = hash(hash(h, "_"), unit.as_str());
    }
    h
}

const fn hash_path(path: Option<&Path<'_>>) -> u64 {
    match path {
        None => 0xcbf2_9ce4_8422_2325,
        Some(path) => {
            let outer = hash_path(path.outer);
            if path.prefix.is_empty() { outer } else { hash(hash(outer, path.prefix), "_") }
        }
    }
}

/// FNV-1a, continued from `h`.
const fn hash(mut h: u64, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        h = (h ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
        i += 1;
    }
    h
}
