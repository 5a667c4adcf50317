//! Nothing on a page makes a parser panic, and it does not matter in which pieces a page comes.

use crate::show;
use metrics_exposition::parse::{Options, openmetrics, openmetrics_2, text};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::BufReader;

const PAGES: [&[u8]; 3] = [
    include_bytes!("../golden/every_type.om"),
    include_bytes!("../golden/every_type.txt"),
    include_bytes!("openmetrics_2/examples.om"),
];

/// What is put somewhere into a page.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "\"",
        "\\",
        "{",
        "}",
        ",",
        "=",
        " ",
        "\n",
        "#",
        " # {",
        "# EOF\n",
        "+Inf",
        "-",
        "1e309",
        "\t",
        "\r",
        "é",
        "NaN",
        "_total",
        "_bucket",
        "le=\"",
        "{\"",
        "# TYPE a counter\n",
        "9223372036854775808",
        "0.",
        "_",
        " st@1",
        "{count:1,sum:1,",
        "bucket:[",
        "+Inf:1]}",
        "schema:0,",
    ];
    prop_oneof![
        2 => prop::sample::select(pieces.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ]
}

/// A page in which some places, given in parts of its length, were replaced.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((0.0..1.0f64, 0usize..12, piece()), 1..5);
    (prop::sample::select(&PAGES[..]), edits).prop_map(|(page, edits)| {
        let mut page = page.to_vec();
        for (place, removed, piece) in edits {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "less"
            )]
            let at = (place * page.len() as f64) as usize;
            let end = (at + removed).min(page.len());
            page.splice(at..end, piece);
        }
        page
    })
}

fn read(page: &[u8], capacity: usize) -> Result<(), TestCaseError> {
    let reader = || BufReader::with_capacity(capacity, page);
    let (whole, pieces) = (show(text::parse(page)), show(text::read(reader(), Options::default())));
    prop_assert_eq!(whole, pieces);
    let (whole, pieces) = (show(openmetrics::parse(page)), show(openmetrics::read(reader(), Options::default())));
    prop_assert_eq!(whole, pieces);
    let (whole, pieces) = (show(openmetrics_2::parse(page)), show(openmetrics_2::read(reader(), Options::default())));
    prop_assert_eq!(whole, pieces);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(page in vec(any::<u8>(), 0..200), capacity in 1usize..40) {
        read(&page, capacity)?;
    }

    #[test]
    fn pieces_of_pages(pieces in vec(piece(), 0..40), capacity in 1usize..40) {
        read(&pieces.concat(), capacity)?;
    }

    #[test]
    fn pages_with_mistakes(page in mutated(), capacity in 1usize..40) {
        read(&page, capacity)?;
    }
}
