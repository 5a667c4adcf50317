//! Expansions as text. `UPDATE_EXPECT=1 cargo test -p metrics-derive` writes them anew.

use expect_test::Expect;
use proc_macro2::TokenStream;

/// Compares an expansion, formatted, with what the test has written down.
pub(crate) fn check(expansion: &TokenStream, expected: &Expect) {
    let file = syn::parse2(expansion.clone()).unwrap_or_else(|error| panic!("{error} in {expansion}"));
    expected.assert_eq(&prettyplease::unparse(&file));
}
