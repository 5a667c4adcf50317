use super::style::has_reserved_suffix;
use super::{Message, family_name, has_unit};
use crate::describe::Kind;
use crate::describe::{FamilyField, Field};

/// The prefixes that a family's name begins with, innermost first.
#[derive(Clone, Copy)]
struct Path<'a> {
    prefix: &'a str,
    outer: Option<&'a Self>,
}

/// The sample names of a struct's fields, by hash, and whose they are. All in one table, because comparing each
/// field with each other one takes rustc minutes at some hundred fields, and comparing names byte by byte makes
/// it stop the evaluation as too long.
struct Names<const SLOTS: usize> {
    hashes: [u64; SLOTS],
    owners: [usize; SLOTS],
}

/// In [`clashes`]: the field has no name that one before it has.
const NO_CLASH: usize = usize::MAX;

/// How many slots [`clashes`] needs.
pub const fn slots(fields: &[Field]) -> usize {
    let mut sum = 1;
    let mut i = 0;
    while i < fields.len() {
        sum += match &fields[i] {
            Field::Family(family) => 2 * (1 + family.kind.suffixes().len()),
            Field::Group(group) => slots(group.fields),
        };
        i += 1;
    }
    sum
}

/// For each field the first one before it that has one of its names, or a sample name by one of the suffixes that
/// types imply, through nested groups as well.
pub const fn clashes<const N: usize, const SLOTS: usize>(fields: &[Field]) -> [usize; N] {
    let mut names = Names::<SLOTS> { hashes: [0; SLOTS], owners: [NO_CLASH; SLOTS] };
    let mut clashes = [NO_CLASH; N];
    let mut i = 0;
    while i < N {
        clashes[i] = names.insert_field(&fields[i], None, i);
        i += 1;
    }
    clashes
}

impl<const SLOTS: usize> Names<SLOTS> {
    /// Whose the field's names are already.
    const fn insert_field(&mut self, field: &Field, path: Option<&Path<'_>>, owner: usize) -> usize {
        let mut first = NO_CLASH;
        match field {
            Field::Family(family) => {
                let hash_family = hash_family(family, path);
                first = min(first, self.insert(hash_family, owner));
                let suffixes = family.kind.suffixes();
                let mut i = 0;
                while i < suffixes.len() {
                    first = min(first, self.insert(hash(hash_family, suffixes[i]), owner));
                    i += 1;
                }
            }
            Field::Group(group) => {
                let outer = Path { prefix: group.prefix, outer: path };
                let inner = Path { prefix: group.inner_prefix, outer: Some(&outer) };
                let mut i = 0;
                while i < group.fields.len() {
                    first = min(first, self.insert_field(&group.fields[i], Some(&inner), owner));
                    i += 1;
                }
            }
        }
        first
    }

    /// Whose the name is already. Names of one field do not clash here: those of a group are checked where it is
    /// derived.
    #[allow(clippy::cast_possible_truncation, reason = "below SLOTS")]
    const fn insert(&mut self, hash: u64, owner: usize) -> usize {
        let mut slot = (hash % SLOTS as u64) as usize;
        while self.owners[slot] != NO_CLASH {
            if self.hashes[slot] == hash {
                return if self.owners[slot] == owner { NO_CLASH } else { self.owners[slot] };
            }
            slot = (slot + 1) % SLOTS;
        }
        self.hashes[slot] = hash;
        self.owners[slot] = owner;
        NO_CLASH
    }
}

const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// Panics if family or group number `at` of a struct has a name that a field before it has, by [`clashes`].
#[track_caller]
pub(super) const fn unique(fields: &[Field], clashes: &[usize], at: usize) {
    if clashes[at] != NO_CLASH
        && let Some(message) = clash(&fields[clashes[at]], None, &fields[at], None)
    {
        panic!("{}", message.as_str());
    }
}

/// What is wrong with two fields, if anything is.
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
            let (b_is_sample, a_is_sample) =
                (is_sample(hash_b, hash_a, family_a.kind), is_sample(hash_a, hash_b, family_b.kind));
            // Who is told to take the suffix off need not hear what else comes of it.
            if b_is_sample && has_reserved_suffix(family_b) || a_is_sample && has_reserved_suffix(family_a) {
                return None;
            }
            let shared = if hash_a == hash_b || b_is_sample {
                push_family(Message::new(), family_b, path_b)
            } else if a_is_sample {
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
    let name = family_name(field.name, field.kind);
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
    let name = family_name(field.name, field.kind);
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
#[allow(
    clippy::cast_possible_truncation,
    reason = "modulo 2^64, without a call for each byte, which the compiler makes"
)]
const fn hash(mut h: u64, text: &str) -> u64 {
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        h = ((h ^ *byte as u64) as u128 * 0x0100_0000_01b3) as u64;
        rest = behind;
    }
    h
}
