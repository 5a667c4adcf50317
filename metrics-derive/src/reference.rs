//! The documentation of each macro has the same headings, lists the attributes that the macro takes, these and no others,
//! and says of each by what it can be wrong.

use std::collections::BTreeSet;
use syn::{Expr, ExprLit, Fields, Item, Lit, Meta};

const HEADINGS: [&str; 5] = ["Container attributes", "Field attributes", "What it emits", "Errors", "Example"];

/// A macro, by its function in `lib.rs`, and what it parses its attributes into.
struct Macro {
    function: &'static str,
    attributes: &'static str,
    /// The heading under which the fields of a struct are listed.
    models: &'static [(&'static str, &'static str)],
    /// What is parsed only to be refused in words of its own.
    refused: &'static [&'static str],
}

const MACROS: [Macro; 4] = [
    Macro {
        function: "derive_metrics",
        attributes: include_str!("metrics/attr.rs"),
        models: &[("ContainerAttr", HEADINGS[0]), ("FieldAttr", HEADINGS[1])],
        refused: &[],
    },
    Macro {
        function: "derive_label_set",
        attributes: include_str!("label_set/attr.rs"),
        models: &[("ContainerAttr", HEADINGS[0]), ("FieldAttr", HEADINGS[1])],
        refused: &["skip"],
    },
    Macro {
        function: "derive_label_value",
        attributes: include_str!("label_value/attr.rs"),
        models: &[("ContainerAttr", HEADINGS[0]), ("VariantAttr", HEADINGS[1])],
        refused: &[],
    },
    Macro {
        function: "instrument_histogram",
        attributes: include_str!("instrument_histogram/attr.rs"),
        models: &[("Attr", HEADINGS[0])],
        refused: &[],
    },
];

#[test]
fn every_macro_has_the_headings() {
    for Macro { function, .. } in &MACROS {
        let docs = docs(function);
        let headings: Vec<&str> = docs.iter().filter_map(|line| line.strip_prefix("# ")).collect();
        let known: Vec<&str> = headings.iter().copied().filter(|heading| HEADINGS.contains(heading)).collect();
        assert_eq!(known, HEADINGS, "{function} has the headings {headings:?}");
        assert!(HEADINGS.iter().all(|heading| section(&docs, heading).len() > 1), "{function} has an empty section");
    }
}

#[test]
fn every_attribute_is_listed_and_no_other() {
    for Macro { function, attributes, models, refused } in &MACROS {
        let docs = docs(function);
        for (model, heading) in *models {
            let mut taken = taken(attributes, model);
            for name in *refused {
                taken.remove(*name);
            }
            assert!(!taken.is_empty(), "{model} of {function} is empty");
            assert_eq!(listed(&docs, heading), taken, "{function}: what is under `# {heading}` and what it takes");
            let errors = section(&docs, "Errors").join(" ");
            taken.retain(|name| !errors.contains(&format!("`{name}`")));
            assert!(taken.is_empty(), "{function}: under `# Errors` nothing is said of {taken:?}");
        }
    }
}

/// What the list under a heading begins its items with.
fn listed(docs: &[String], heading: &str) -> BTreeSet<String> {
    let names = section(docs, heading).iter().filter_map(|line| line.strip_prefix("- `"));
    names.map(|item| item.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

fn section<'a>(docs: &'a [String], heading: &str) -> &'a [String] {
    let start = docs.iter().position(|line| line.strip_prefix("# ") == Some(heading)).map_or(docs.len(), |at| at + 1);
    let len = docs[start..].iter().position(|line| line.starts_with("# ")).unwrap_or(docs.len() - start);
    &docs[start..start + len]
}

/// The lines of a function's documentation, without those of code.
fn docs(function: &str) -> Vec<String> {
    let file = syn::parse_file(include_str!("lib.rs")).expect("it compiles");
    let function = file.items.iter().find_map(|item| match item {
        Item::Fn(item) if item.sig.ident == function => Some(item),
        _ => None,
    });
    let lines = function.expect("the macro is there").attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => Some(&meta.value),
        _ => None,
    });
    let mut in_code = false;
    let mut all = Vec::new();
    for line in lines {
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = line else { continue };
        let line = line.value().strip_prefix(' ').map_or_else(|| line.value(), str::to_owned);
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        if in_code && !fence {
            continue;
        }
        all.push(line);
    }
    all
}

/// The options that a struct is parsed from: its fields, by the names that darling gives them.
fn taken(source: &str, model: &str) -> BTreeSet<String> {
    let file = syn::parse_file(source).expect("it compiles");
    let model = file.items.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == model => Some(item),
        _ => None,
    });
    let Fields::Named(fields) = &model.expect("the struct is there").fields else { panic!("it has no fields") };
    let name = |field: &syn::Field| {
        let mut renamed = None;
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("darling")) {
            let parsed = attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    renamed = Some(meta.value()?.parse::<syn::LitStr>()?.value());
                } else if meta.input.peek(syn::Token![=]) {
                    meta.value()?.parse::<Expr>()?;
                }
                Ok(())
            });
            parsed.expect("darling reads it too");
        }
        renamed.or_else(|| field.ident.as_ref().map(ToString::to_string))
    };
    fields.named.iter().filter_map(name).collect()
}
