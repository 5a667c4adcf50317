//! `allow(camel_case, non_base_unit)`: rules of style that do not hold here.

use crate::suggest::{distance, written};
use darling::ast::NestedMeta;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Ident, Meta};

/// Variants of the library's `Rule`, and where the first is written.
#[derive(Clone, Default)]
pub(crate) struct Allow(Vec<Rule>, Option<Span>);

type Rule = (&'static str, &'static str);

/// As in `allow(…)`, and the variant.
const RULES: [Rule; 12] = [
    ("abbreviated_unit", "AbbreviatedUnit"),
    ("camel_case", "CamelCase"),
    ("colon", "Colon"),
    ("contradicting_unit", "ContradictingUnit"),
    ("doubled_prefix", "DoubledPrefix"),
    ("doubled_unit", "DoubledUnit"),
    ("label_in_name", "LabelInName"),
    ("missing_help", "MissingHelp"),
    ("non_base_unit", "NonBaseUnit"),
    ("reserved_suffix", "ReservedSuffix"),
    ("type_in_name", "TypeInName"),
    ("utf8_name", "Utf8Name"),
];

impl FromMeta for Allow {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        let mut rules: Vec<Rule> = Vec::new();
        if items.is_empty() {
            errors.push(Error::custom(format!("`allow` names rules; there are {}", names())));
        }
        for item in items {
            let Some(rule) = errors.handle(rule(item)) else { continue };
            if rules.contains(&rule) {
                errors.push(Error::custom(format!("rule `{}` is there twice; take one out", rule.0)).with_span(item));
                continue;
            }
            rules.push(rule);
        }
        errors.finish_with(Self(rules, items.first().map(Spanned::span)))
    }

    fn from_word() -> darling::Result<Self> {
        Err(Error::custom(format!("write which rules are allowed, as in `allow(camel_case)`; there are {}", names())))
    }
}

fn rule(item: &NestedMeta) -> darling::Result<Rule> {
    let NestedMeta::Meta(Meta::Path(path)) = item else {
        return Err(Error::custom("a rule is written by its name alone: `allow(camel_case)`").with_span(item));
    };
    let written = written(path);
    RULES.into_iter().find(|(name, _)| *name == written).ok_or_else(|| {
        let way_out = match closest(&written) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("there are {}", names()),
        };
        Error::custom(format!("unknown rule `{written}`; {way_out}")).with_span(&path.span())
    })
}

fn names() -> String {
    RULES.map(|(name, _)| format!("`{name}`")).join(", ")
}

/// The rule that was meant, if at most a third of it is written otherwise, or if it is one of those with this word.
fn closest(written: &str) -> Option<&'static str> {
    let with_word = || RULES.iter().map(|(name, _)| *name).find(|name| name.split('_').any(|word| word == written));
    let in_small = written.to_ascii_lowercase();
    let (distance, name) = RULES.iter().map(|(name, _)| (distance(&in_small, name), *name)).min()?;
    if distance * 3 <= name.len() { Some(name) } else { with_word() }
}

impl Allow {
    /// Where the first rule stands.
    pub(crate) fn span(&self) -> Option<Span> {
        self.1
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn missing_help(&self) -> bool {
        self.0.iter().any(|(name, _)| *name == "missing_help")
    }

    /// Those of a field, and those of its struct.
    pub(crate) fn or(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().filter(|rule| !self.0.contains(rule)).copied().collect::<Vec<_>>());
        self
    }

    /// A list of the library's type `[Rule]`.
    pub(crate) fn rules(&self, private: &TokenStream) -> TokenStream {
        let rules = self.0.iter().map(|(_, variant)| {
            let variant = Ident::new(variant, Span::call_site());
            quote!(#private::Rule::#variant)
        });
        quote!(&[#(#rules),*])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        for (written, meant) in [
            ("camelcase", Some("camel_case")),
            ("CamelCase", Some("camel_case")),
            ("nonbase_unit", Some("non_base_unit")),
            ("help", Some("missing_help")),
            ("utf8", Some("utf8_name")),
            ("dead_code", None),
        ] {
            assert_eq!(closest(written), meant, "{written}");
        }
    }
}
