//! What a page does not show: families that fail on the way, and pages that are taken in pieces.

use super::families::Families;
use crate::encoder::Encoder;
use metrics_core::model::{Count, Desc, FamilySink, Kind, Labels, Number, Point, Timestamp};

const ONE: Point<'static> = Point::Gauge { value: Number::U64(1), exemplar: None };
/// A family `a` with one series.
const A: &[u8] = b"\x12\x0a\x01a\x18\x01\x22\x0b\x12\x09\x09\0\0\0\0\0\0\xf0\x3f";

fn begin(families: &mut Families, name: &str) {
    families.begin(&Desc::new(name, "", Kind::Gauge));
}

fn point(families: &mut Families) {
    families.point(Labels::default(), &ONE, None);
}

#[test]
fn an_abandoned_family_leaves_nothing() {
    let mut families = Families::default();
    begin(&mut families, "a");
    point(&mut families);
    begin(&mut families, "b");
    point(&mut families);
    families.abandon();
    point(&mut families);
    begin(&mut families, "empty");
    families.finish();
    assert_eq!(families.take(), A);
}

#[test]
fn only_whole_messages_are_handed_out() {
    let mut families = Families::default();
    begin(&mut families, "b");
    point(&mut families);
    begin(&mut families, "a");
    point(&mut families);
    let before = families.as_bytes().to_vec();
    assert_eq!(families.take(), before);
    assert!(families.is_undoable(), "nothing of `a` was taken");
    assert_eq!(families.take(), b"");
    families.finish();
    assert_eq!(families.as_bytes(), A);
    assert_eq!(families.take(), A);
}

#[test]
fn what_was_taken_cannot_be_undone() {
    let mut families = Families::default();
    begin(&mut families, "a");
    while families.as_bytes().is_empty() {
        point(&mut families);
    }
    let first = families.take();
    assert!(first.len() > 256 << 10);
    point(&mut families);
    assert!(!families.is_undoable());
    families.abandon();
    point(&mut families);
    begin(&mut families, "a");
    point(&mut families);
    families.finish();
    assert_eq!(families.take(), A);
    families.clear();
    point(&mut families);
    families.finish();
    assert_eq!(families.take(), b"");
}

/// Whatever their labels, times and numbers are, and wherever a message is long.
#[test]
fn counts_are_written_as_points_are() {
    let v = |len: usize| "v".repeat(len);
    let own = (0..300).map(|len| match len % 10 {
        0 => String::new(),
        1 => Labels::render([("a.b", v(len))]),
        2 => Labels::render([("path", v(len) + "\\")]),
        _ => Labels::render([("path", &*v(len / 3)), ("m", "ü"), ("n", &v(len % 20))].into_iter().skip(len % 4)),
    });
    let own: Vec<_> = own.chain((0..200).map(|len| Labels::render([("n", &*v(len)), ("m", "")]))).collect();
    let times = [1_500_000_000_000_000_001, 1_500_000_000_999_999_999, 1_500_000_001_000_000_000, 1, 0, u64::MAX];
    let times = times.map(Timestamp::from_nanos).into_iter().chain(Timestamp::new(-1, 1));
    let times: Vec<_> = times.chain((0..30).map(|bits| Timestamp::from_nanos((1 << 60) + (1 << bits)))).collect();
    let count =
        |at: usize| Count { own: &own[at % own.len()], value: 3 << (at % 60), created: times[at % times.len()] };
    let counts: Vec<_> = (0..20 * own.len()).map(count).collect();
    for scope in ["", "zone=\"a\"", &format!("zone=\"{}\"", "a".repeat(250))] {
        let (mut at_once, mut one_by_one) = (Families::default(), Families::default());
        for families in [&mut at_once, &mut one_by_one] {
            families.begin(&Desc::new("a", "", Kind::Counter));
        }
        for some in counts.chunks(32) {
            at_once.counts(scope, some);
        }
        for count in &counts {
            one_by_one.point(Labels { scope, own: count.own }, &count.point(), None);
        }
        let pages = [at_once, one_by_one].map(|mut families| {
            families.finish();
            families.take()
        });
        assert!(pages[0].len() > 2 << 18);
        assert!(pages[0] == pages[1], "{scope}");
    }
}
