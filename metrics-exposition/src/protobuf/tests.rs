//! What a page does not show: families that fail on the way, and pages that are taken in pieces.

use super::families::Families;
use crate::encoder::Encoder;
use metrics_core::model::{Desc, FamilySink, Kind, Labels, Number, Point};

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
