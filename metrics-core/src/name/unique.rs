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
        if let Some(message) = clash(&fields[i], None, &fields[at], None) {
            panic!("{}", message.as_str());
        }
        i += 1;
    }
}

const fn clash(a: &Field, path_a: Option<&Path<'_>>, b: &Field, path_b: Option<&Path<'_>>) -> Option<Message> {
    match (a, b) {
        (Field::Group(group), _) => {
            let outer = Path { prefix: group.prefix, outer: path_a };
            let inner = Path { prefix: group.inner_prefix, outer: Some(&outer) };
            let mut i = 0;
            while i < group.fields.len() {
                if let Some(message) = clash(&group.fields[i], Some(&inner), b, path_b) {
                    return Some(message);
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
                if let Some(message) = clash(a, path_a, &group.fields[i], Some(&inner)) {
                    return Some(message);
                }
                i += 1;
            }
            None
        }
        (Field::Family(family_a), Field::Family(family_b)) => {
            let (hash_a, hash_b) = (hash_family(family_a, path_a), hash_family(family_b, path_b));
            // No suffix ends in another one, so two samples with suffixes are the same only if the families are.
            let shared = if hash_a == hash_b || is_sample(hash_b, hash_a, family_a.kind) {
                push_family(Message::new(), family_b, path_b)
            } else if is_sample(hash_a, hash_b, family_b.kind) {
                push_family(Message::new(), family_a, path_a)
            } else {
                return None;
            };
            let message = Message::new().push("`").push(family_b.name).push("` and `").push(family_a.name);
            let message = message.push("` would both be exposed as `").push(shared.as_str()).push("`; rename one");
            let grouped = path_a.is_some() || path_b.is_some();
            Some(if grouped { message.push(", or give the group a `prefix`") } else { message })
        }
    }
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

const fn push_family(message: Message, field: &FamilyField, path: Option<&Path<'_>>) -> Message {
    let name = family_name(field.name, matches!(field.kind, Kind::Counter));
    let message = push_path(message, path).push(name);
    match field.options.unit {
        Some(unit) if !has_unit(name, unit.as_str()) => message.push("_").push(unit.as_str()),
        _ => message,
    }
}

const fn push_path(message: Message, path: Option<&Path<'_>>) -> Message {
    match path {
        None => message,
        Some(path) => {
            let message = push_path(message, path.outer);
            if path.prefix.is_empty() { message } else { message.push(path.prefix).push("_") }
        }
    }
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
