//! What all expansions share: the path to the library, and where errors point.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::{Expr, Path};

/// Where expansions find the library. The one place to change when the crate is named differently.
const CORE: &str = "::metrics_core";

/// The library as an expansion names it: [`CORE`], or what the user's `crate = "…"` says.
#[derive(Clone)]
pub(crate) struct Core(TokenStream);

impl Core {
    pub(crate) fn new(path: Option<&Path>) -> Self {
        Self(match path {
            Some(path) => quote!(#path),
            None => CORE.parse().unwrap_or_default(),
        })
    }

    /// The module that holds everything an expansion may name.
    pub(crate) fn private(&self) -> TokenStream {
        let core = &self.0;
        quote!(#core::private)
    }

    /// Gives that module a short name, [`imported`](Self::imported), in the items of a derive.
    pub(crate) fn import(&self) -> TokenStream {
        let (private, imported) = (self.private(), Self::imported());
        quote!(use #private as #imported;)
    }

    pub(crate) fn imported() -> TokenStream {
        quote!(__m)
    }

    /// The macro that puts an entry where the global registry finds it.
    pub(crate) fn entry(&self) -> TokenStream {
        let core = &self.0;
        quote!(#core::__entry)
    }
}

/// The items of a derive. What points at the user's tokens is the user's code for lints, but not of the user's
/// making: long names, and uses of what is deprecated for others.
pub(crate) fn items(items: &TokenStream) -> TokenStream {
    quote! {
        #[allow(deprecated, unused_qualifications, clippy::inline_always)]
        const _: () = {
            #items
        };
    }
}

/// The same tokens, as if they were written at `span`. `quote_spanned!` leaves what is interpolated where it
/// was, and an expression begins where its first token stands.
pub(crate) fn at(span: Span, tokens: TokenStream) -> TokenStream {
    let respan = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at(span, group.stream())).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(respan).collect()
}

/// A call that begins and ends where `place` does. rustc shows what is wrong with an argument's type at the argument, and
/// what follows from it at the call: once, if that is the same place.
pub(crate) fn call_at(place: &impl ToTokens, function: TokenStream, arguments: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = place.to_token_stream().into_iter().collect();
    let [first, last] =
        [tokens.first(), tokens.last()].map(|token| token.map_or_else(Span::call_site, TokenTree::span));
    let mut parentheses = Group::new(Delimiter::Parenthesis, arguments);
    parentheses.set_span(last);
    let mut call = at(first, function);
    call.append(parentheses);
    call
}

/// A constant that asserts a rule: rustc's error about it is at `span`. One constant for each rule, because
/// it reports one error for each constant.
pub(crate) fn check(span: Span, assertion: &TokenStream) -> TokenStream {
    at(span, quote!(const _: () = #assertion;))
}

/// Whether a reference to a constant lives for ever although it is an argument: [what `rustc` promotes][promoted].
///
/// [promoted]: https://doc.rust-lang.org/reference/destructors.html#constant-promotion
pub(crate) fn is_promoted(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Array(list) => list.elems.iter().all(is_promoted),
        Expr::Group(group) => is_promoted(&group.expr),
        Expr::Paren(paren) => is_promoted(&paren.expr),
        Expr::Unary(unary) => is_promoted(&unary.expr),
        Expr::Macro(call) => ["concat", "env", "stringify"].iter().any(|name| call.mac.path.is_ident(name)),
        _ => false,
    }
}
