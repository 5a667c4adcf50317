//! Random tokens: whatever somebody is half-way through typing, no macro panics, and each gives Rust or an error.

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use syn::DeriveInput;

/// What inputs and options are made of.
const WORDS: &[&str] = &[
    "struct",
    "enum",
    "union",
    "fn",
    "async",
    "const",
    "unsafe",
    "pub",
    "where",
    "impl",
    "dyn",
    "mut",
    "self",
    "crate",
    "Shop",
    "Counter",
    "Family",
    "r#type",
    "_",
    "a",
    "'a",
    "'static",
    "<",
    ">",
    ",",
    ";",
    ":",
    "::",
    "=",
    "=>",
    "->",
    "&",
    "#",
    "!",
    "|",
    "?",
    ".",
    "..",
    "-",
    "+",
    "*",
    "metrics",
    "metric",
    "label",
    "prefix",
    "const_labels",
    "rename_all",
    "rename",
    "group",
    "skip",
    "help",
    "unit",
    "buckets",
    "quantiles",
    "native",
    "max_series",
    "ttl_seconds",
    "preset",
    "name",
    "off",
    "Seconds",
    "f64::NAN",
    "0",
    "-1",
    "0.5",
    "1e400",
    "99999999999999999999",
    "1_u8",
    "\"\"",
    "\"le\"",
    "\"a b\"",
    "\"snake_case\"",
    "true",
    "b'x'",
    "/// Help.\n",
    "Result",
    "Self",
    "for",
    "loop",
    "return",
    "await",
];

const DERIVED: &[&str] = &[
    "#[metrics(prefix = \"shop\", const_labels(region = \"eu\"), rename_all = \"snake_case\", group, crate = \"m\")]
     struct Shop {
         /// Help.
         #[metric(rename = \"b\", help = \"Time.\", unit = Seconds, buckets = [0.1, f64::INFINITY], native, max_series = off)]
         a: Family<Request<'static>, Histogram>,
         #[metric(group, prefix = \"db\", const_labels(kind = \"sql\"), ttl_seconds = 5)] pool: Pool,
         #[metric(quantiles = [0.5], preset)] c: Summary,
         #[metric(skip)] d: Vec<u8>,
     }",
    "#[label(rename_all = \"kebab-case\", crate = \"m\")] struct Request<'a> { #[label(rename = \"code\")] status: u16, route: &'a str }",
    "#[label(rename_all = \"UPPERCASE\")] enum Method { Get, #[label(rename = \"x\")] Put }",
    "struct Tenant<'a>(&'a str);",
];

const INSTRUMENTED: &[(&str, &str)] = &[
    (
        "name = \"checkout\", help = \"Time.\", buckets = [0.1, 1.0], const_labels(kind = \"x\"), crate = \"m\"",
        "pub async fn checkout<T: Send>(&mut self, a: &[T]) -> Result<u8, E> where T: Sync { let x = f(a)?; Ok(x) }",
    ),
    ("", "fn f(x: u8) -> impl Future<Output = u8> + use<> { async move { loop { break x } } }"),
];

#[derive(Clone, Debug)]
enum Edit {
    Remove(usize),
    Repeat(usize),
    Replace(usize, &'static str),
    Insert(usize, &'static str),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let word = || prop::sample::select(WORDS);
    let edit = prop_oneof![
        any::<usize>().prop_map(Edit::Remove),
        any::<usize>().prop_map(Edit::Repeat),
        (any::<usize>(), word()).prop_map(|(at, word)| Edit::Replace(at, word)),
        (any::<usize>(), word()).prop_map(|(at, word)| Edit::Insert(at, word)),
    ];
    prop::collection::vec(edit, 0..4)
}

/// Brackets always fit, as rustc sees to that.
fn soup() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS).prop_map(str::to_owned);
    word.prop_recursive(4, 40, 8, |inner| {
        let bracket = prop::sample::select(&[("(", ")"), ("[", "]"), ("{", "}"), ("", "")][..]);
        (bracket, prop::collection::vec(inner, 0..8))
            .prop_map(|((open, close), words)| format!("{open} {} {close}", words.join(" ")))
    })
}

/// The text with some of its tokens changed, at any depth. `None`: it is no token stream any more.
fn edited(text: &str, edits: &[Edit]) -> Option<TokenStream> {
    fn flatten(tokens: TokenStream, out: &mut Vec<TokenTree>) {
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                flatten(group.stream(), out);
            }
            out.push(token);
        }
    }
    let mut tokens: TokenStream = text.parse().ok()?;
    for edit in edits {
        let mut all = Vec::new();
        flatten(tokens.clone(), &mut all);
        let (Edit::Remove(at) | Edit::Repeat(at) | Edit::Replace(at, _) | Edit::Insert(at, _)) = edit;
        let mut left = at % all.len().max(1);
        tokens = change(tokens, &mut left, edit);
    }
    Some(tokens)
}

/// Changes token number `left`, if there is one.
fn change(tokens: TokenStream, left: &mut usize, edit: &Edit) -> TokenStream {
    let mut out = TokenStream::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let inner = change(group.stream(), left, edit);
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner))
            }
            token => token,
        };
        if *left > 0 {
            *left -= 1;
            out.extend([token]);
            continue;
        }
        *left = usize::MAX;
        let word = |word: &str| word.parse::<TokenStream>().unwrap_or_default();
        match edit {
            Edit::Remove(_) => {}
            Edit::Repeat(_) => out.extend([token.clone(), token]),
            Edit::Replace(_, new) => out.extend(word(new)),
            Edit::Insert(_, new) => {
                out.extend([token]);
                out.extend(word(new));
            }
        }
    }
    out
}

fn derive_all(input: TokenStream) -> Result<bool, TestCaseError> {
    // What is no item of Rust is refused before a derive sees it.
    let Ok(input) = syn::parse2::<DeriveInput>(input) else { return Ok(false) };
    for derive in [crate::metrics::derive, crate::label_set::derive, crate::label_value::derive] {
        let output = derive(&input);
        prop_assert!(syn::parse2::<syn::File>(output.clone()).is_ok(), "no Rust: {output}");
    }
    Ok(true)
}

fn instrument(options: TokenStream, item: TokenStream) -> Result<(), TestCaseError> {
    // A method, which has a `self`, is no item of a file.
    let is_rust = |tokens: &TokenStream| {
        syn::parse2::<syn::File>(tokens.clone()).is_ok() || syn::parse2::<syn::ImplItem>(tokens.clone()).is_ok()
    };
    let output = crate::instrument_histogram::instrument(options, item.clone());
    // A body that is no Rust keeps its tokens, so that rustc says what is wrong, and editors go on with them.
    let fine = is_rust(&output) || !is_rust(&item) || output.to_string().contains("compile_error");
    prop_assert!(fine, "neither Rust nor an error: {output}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nearly_right_input_of_derives(which in 0..DERIVED.len(), edits in edits()) {
        let Some(tokens) = edited(DERIVED[which], &edits) else { return Ok(()) };
        let parsed = derive_all(tokens)?;
        prop_assert!(parsed || !edits.is_empty(), "the input itself is no Rust");
    }

    #[test]
    fn soup_in_the_places_of_derives(options in soup(), ty in soup(), body in soup()) {
        for text in [
            format!("#[metrics({options})] #[label({options})] struct Shop {{ #[metric({options})] #[label({options})] a: Counter }}"),
            format!("/// Help.\nstruct Shop {{ /// Help.\n a: {ty} }}"),
            format!("enum Method {{ {body} }}"),
            body,
        ] {
            if let Ok(tokens) = text.parse() {
                derive_all(tokens)?;
            }
        }
    }

    #[test]
    fn nearly_right_input_of_the_attribute(which in 0..INSTRUMENTED.len(), of_options in edits(), of_item in edits()) {
        let (options, item) = INSTRUMENTED[which];
        if let (Some(options), Some(item)) = (edited(options, &of_options), edited(item, &of_item)) {
            instrument(options, item)?;
        }
    }

    #[test]
    fn soup_for_the_attribute(options in soup(), body in soup(), item in soup()) {
        for (options, item) in [(options.clone(), format!("fn f() {{ {body} }}")), (options, item)] {
            if let (Ok(options), Ok(item)) = (options.parse(), item.parse()) {
                instrument(options, item)?;
            }
        }
    }
}
