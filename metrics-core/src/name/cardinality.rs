//! How many series the labels of a family allow, where that is known: if all of them are enums or `bool`.

use super::Message;
use crate::describe::{FamilyField, Field, GroupField};

/// Series that the labels of a family may allow, unless its `max_series` says otherwise. Each costs Prometheus memory for
/// hours, whether or not anybody ever looks at it.
const BUDGET: usize = 1_000;

/// A family, or family of groups, that says `max_series`: its labels allow no more series, if they can be counted.
#[track_caller]
pub(super) const fn max_series(field: &Field) {
    match field {
        Field::Family(family) => {
            check(family.name, family.label_names, family.label_values, family.options.max_series);
        }
        Field::Group(group) => check_group(group, group.options.max_series),
    }
}

/// A family that does not: its labels allow no more series than the budget.
#[track_caller]
pub(super) const fn check_budget(family: &FamilyField) {
    if family.options.max_series.is_none() {
        check(family.name, family.label_names, family.label_values, None);
    }
}

/// The same of a family of groups, if the field is one.
#[track_caller]
pub(super) const fn check_budget_of_groups(field: &Field) {
    if let Field::Group(group) = field
        && group.options.max_series.is_none()
    {
        check_group(group, None);
    }
}

#[track_caller]
const fn check_group(group: &GroupField, max_series: Option<usize>) {
    if let [Field::Group(family)] = group.fields {
        check("", family.label_names, family.label_values, max_series);
    }
}

#[track_caller]
const fn check(family: &str, names: &[&str], values: &[&[&str]], max_series: Option<usize>) {
    if values.is_empty() {
        return;
    }
    let budget = match max_series {
        Some(max) => max,
        None => BUDGET,
    };
    let series = product(values);
    if series <= budget {
        return;
    }
    let mut message = Message::new();
    message = if family.is_empty() { message.push("family of groups") } else { message.push("metric `") };
    message = if family.is_empty() { message } else { message.push(family).push("`") };
    message = message.push(": its labels allow ").push_number(series).push(" series (");
    let mut i = 0;
    while i < values.len() {
        message = if i > 0 { message.push(" × ") } else { message };
        message = message.push("`").push(names[i]).push("` ").push_number(values[i].len());
        i += 1;
    }
    message = message.push("), and ").push_number(budget);
    message = message.push(if max_series.is_some() { " is its `max_series`" } else { " is the budget of a family" });
    message = message.push("; take a label out, or raise the budget: `#[metric(max_series = ");
    panic!("{}", message.push_digits(series).push(")]`").as_str());
}

const fn product(values: &[&[&str]]) -> usize {
    let mut product: usize = 1;
    let mut i = 0;
    while i < values.len() {
        product = product.saturating_mul(values[i].len());
        i += 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUNDRED: &[&str] = &["x"; 100];

    #[test]
    fn a_product_up_to_the_budget_is_fine() {
        check("m", &["a", "b"], &[HUNDRED, &["x"; 10]], None);
        check("m", &["a", "b"], &[HUNDRED, HUNDRED], Some(10_000));
        check("m", &["a", "b"], &[HUNDRED, HUNDRED], Some(usize::MAX));
        check("m", &["any"], &[], Some(1));
    }

    #[test]
    #[should_panic(
        expected = "metric `m`: its labels allow 1,100 series (`a` 100 × `b` 11), and 1,000 is the budget of a \
                               family; take a label out, or raise the budget: `#[metric(max_series = 1100)]`"
    )]
    fn above_it_the_product_is_shown() {
        check("m", &["a", "b"], &[HUNDRED, &["x"; 11]], None);
    }

    #[test]
    #[should_panic(expected = "and 99 is its `max_series`")]
    fn a_smaller_budget_counts() {
        check("m", &["a"], &[HUNDRED], Some(99));
    }

    #[test]
    #[should_panic(expected = "allow 18,446,744,073,709,551,615 series")]
    #[cfg(target_pointer_width = "64")]
    fn more_than_can_be_counted() {
        check("m", &["a"; 10], &[HUNDRED; 10], None);
    }
}
