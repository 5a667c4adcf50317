//! The options in an attribute: which there are, each once and in its form. What is wrong with them is said in our own
//! words; what is right goes to darling, which parses the values.

use crate::suggest::{distance, written};
use darling::ast::NestedMeta;
use darling::error::Accumulator;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// An attribute.
pub(crate) struct Attr {
    /// `metric`.
    pub(crate) name: &'static str,
    /// An attribute that is easily taken for it, and what to say then.
    pub(crate) misplaced: Option<(&'static str, &'static str)>,
    pub(crate) options: &'static [(&'static str, Form)],
    /// What is no option here, though one may think so, and where it belongs.
    pub(crate) elsewhere: &'static [(&'static str, &'static str)],
}

/// How an option is written.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// `preset`
    Flag,
    /// `rename = "requests"`
    Text,
    /// `unit = Seconds`: as in this example.
    Value(&'static str),
    /// `const_labels(region = "eu")`: as in this example.
    List(&'static str),
    /// Whatever darling takes.
    Any,
}

/// What was written, right or wrong.
#[derive(Default)]
pub(crate) struct Given {
    options: Vec<(&'static str, Span)>,
    wrong: Vec<&'static str>,
    /// It is no list of options.
    all_wrong: bool,
}

impl Given {
    /// Where the first of these options stands.
    pub(crate) fn first(&self, wanted: impl Fn(&str) -> bool) -> Option<(&'static str, Span)> {
        self.options.iter().copied().find(|(name, _)| wanted(name))
    }

    /// Whether one of these was meant, but is not known, because it is wrong.
    pub(crate) fn is_wrong(&self, names: &[&str]) -> bool {
        self.all_wrong || self.wrong.iter().any(|wrong| names.contains(wrong))
    }
}

impl Attr {
    /// What is right of all attributes of this name.
    pub(crate) fn parse<T: Default + FromMeta>(&self, attrs: &[Attribute], errors: &mut Accumulator) -> (T, Given) {
        let mut given = Given::default();
        let mut known = Vec::new();
        for attr in attrs {
            if let Some((name, rule)) = self.misplaced
                && attr.path().is_ident(name)
            {
                errors.push(Error::custom(rule).with_span(attr.path()));
            } else if !attr.path().is_ident(self.name) {
                continue;
            }
            let items = errors.handle(self.items(attr)).into_iter().flatten();
            known.extend(items.filter_map(|item| self.check(item, &mut given, errors)));
        }
        (take_right(known, &mut given, errors), given)
    }

    /// The same of an attribute that is a macro, which has only what stands in its parentheses.
    pub(crate) fn parse_list<T: Default + FromMeta>(
        &self,
        options: TokenStream,
        errors: &mut Accumulator,
    ) -> (T, Given) {
        let mut given = Given::default();
        let items = errors.handle(NestedMeta::parse_meta_list(options).map_err(Error::from));
        given.all_wrong = items.is_none();
        let items = items.into_iter().flatten();
        let known = items.filter_map(|item| self.check(item, &mut given, errors)).collect();
        (take_right(known, &mut given, errors), given)
    }

    fn items(&self, attr: &Attribute) -> darling::Result<Vec<NestedMeta>> {
        match &attr.meta {
            Meta::List(list) => Ok(NestedMeta::parse_meta_list(list.tokens.clone())?),
            _ => {
                let rule = format!("options are written in parentheses: `#[{}(…)]`", self.name);
                Err(Error::custom(rule).with_span(attr.path()))
            }
        }
    }

    /// The option, if it is one, in a form that can be parsed.
    fn check(
        &self,
        item: NestedMeta,
        given: &mut Given,
        errors: &mut Accumulator,
    ) -> Option<(&'static str, NestedMeta)> {
        let NestedMeta::Meta(meta) = item else {
            let rule = format!("an option has a name: `#[{}({})]`", self.name, self.example());
            errors.push(Error::custom(rule).with_span(&item));
            return None;
        };
        let span = meta.path().span();
        let written = written(meta.path());
        let Some((name, form)) = self.options.iter().find(|(name, _)| *name == written) else {
            errors.push(Error::custom(self.unknown(&written, given)).with_span(&span));
            return None;
        };
        if given.first(|other| other == *name).is_some() {
            errors.push(Error::custom(format!("`{name}` is there twice; take one out")).with_span(&span));
            return None;
        }
        given.options.push((name, span));
        match form.broken_rule(name, &meta) {
            None => Some((name, NestedMeta::Meta(meta))),
            Some(rule) => {
                errors.push(Error::custom(rule).with_span(&span));
                if let Form::Flag = form {
                    // What was meant is clear.
                    return Some((name, NestedMeta::Meta(Meta::Path(meta.path().clone()))));
                }
                given.wrong.push(name);
                None
            }
        }
    }

    fn example(&self) -> String {
        match self.options {
            [(name, form), ..] => form.example(name),
            [] => "…".to_owned(),
        }
    }

    fn unknown(&self, written: &str, given: &mut Given) -> String {
        let here = format!("`#[{}(…)]` has no option `{written}`", self.name);
        if let Some((_, place)) = self.elsewhere.iter().find(|(name, _)| *name == written) {
            return format!("{here}; {place}");
        }
        let close = self.options.iter().map(|(name, _)| (distance(written, name), *name)).min();
        match close {
            Some((distance, name)) if distance <= 1 + name.len() / 4 => {
                given.wrong.push(name);
                format!("{here}; did you mean `{name}`?")
            }
            _ => {
                let known: Vec<_> = self.options.iter().map(|(name, _)| format!("`{name}`")).collect();
                format!("{here}; there are {}", known.join(", "))
            }
        }
    }
}

/// Of options in their forms, those whose values are right.
fn take_right<T: Default + FromMeta>(
    known: Vec<(&'static str, NestedMeta)>,
    given: &mut Given,
    errors: &mut Accumulator,
) -> T {
    if known.is_empty() {
        return T::default();
    }
    let (names, mut items): (Vec<_>, Vec<_>) = known.into_iter().unzip();
    if let Ok(all) = T::from_list(&items) {
        return all;
    }
    // Alone, so that of several wrong ones each is shown, and the right ones are used.
    let mut names = names.into_iter();
    items.retain(|item| {
        let (name, error) = (names.next(), T::from_list(std::slice::from_ref(item)).err());
        let is_right = error.is_none();
        given.wrong.extend(name.filter(|_| !is_right));
        errors.extend(error);
        is_right
    });
    errors.handle(T::from_list(&items)).unwrap_or_default()
}

impl Form {
    fn broken_rule(self, name: &str, meta: &Meta) -> Option<String> {
        let example = self.example(name);
        let (fits, rule) = match self {
            Self::Flag => (matches!(meta, Meta::Path(_)), "has no value"),
            Self::Text => (matches!(meta, Meta::NameValue(pair) if is_text(&pair.value)), "is a text in quotes"),
            Self::Value(_) => (matches!(meta, Meta::NameValue(_)), "has a value"),
            Self::List(_) => (matches!(meta, Meta::List(_)), "is a list in parentheses"),
            Self::Any => return None,
        };
        (!fits).then(|| format!("`{name}` {rule}; write `{example}`"))
    }

    fn example(self, name: &str) -> String {
        match self {
            Self::Flag | Self::Any => name.to_owned(),
            Self::Text => format!("{name} = \"…\""),
            Self::Value(example) | Self::List(example) => example.to_owned(),
        }
    }
}

fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::Group(group) => is_text(&group.expr),
        Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => true,
        _ => false,
    }
}
