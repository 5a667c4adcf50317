//! Doc comments as text.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment as one line: formats have one line for a help text.
pub(crate) fn doc_text(attrs: &[Attribute]) -> String {
    let mut text = String::new();
    for line in attrs.iter().filter_map(doc_line) {
        for word in line.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
    }
    text
}

fn doc_line(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn lines_are_joined() {
        let attrs: Vec<Attribute> = vec![
            parse_quote!(#[doc = " HTTP requests"]),
            parse_quote!(#[allow(dead_code)]),
            parse_quote!(#[doc = "   served. "]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " More."]),
        ];
        assert_eq!(doc_text(&attrs), "HTTP requests served. More.");
    }
}
