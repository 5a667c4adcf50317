use super::attr::{Asked, Attr, Place};
use super::labels::Labels;
use crate::allow::Allow;
use crate::buckets::Buckets;
use crate::const_labels::ConstLabels;
use crate::emit::Core;
use crate::native::Native;
use darling::Error;
use darling::util::{Flag, SpannedValue};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit_mut::VisitMut;
use syn::{
    AttrStyle, Attribute, GenericArgument, LitStr, PathArguments, ReturnType, Signature, Token, Type, TypeParamBound,
    Visibility, parse_quote,
};

pub(super) struct Model {
    pub(super) core: Core,
    /// The function as it is, without its body.
    pub(super) function: Function,
    pub(super) body: Body,
    /// What the body returns, as it can be written inside of the function.
    pub(super) output: Output,
    pub(super) target: Target,
    pub(super) labels: Option<Labels>,
    pub(super) skip_on: Option<Asked>,
    pub(super) outcome: Option<Asked>,
    pub(super) count_errors: Option<Place>,
    pub(super) track_in_progress: Option<Place>,
}

/// Where calls are observed.
pub(super) enum Target {
    Own(Box<Family>),
    Into(Place),
}

/// The family of the function's own.
pub(super) struct Family {
    pub(super) name: LitStr,
    pub(super) help: LitStr,
    pub(super) buckets: Option<Buckets>,
    pub(super) native: Option<Native>,
    pub(super) const_labels: ConstLabels,
    pub(super) allow: Allow,
    /// Whether the name is the user's, which may be wrong.
    pub(super) checked: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Body {
    Sync,
    Async,
    /// A plain function that returns a future, `impl Future`: the future is what is timed.
    Future,
    /// The same, as `Pin<Box<dyn Future>>`, which is what some macros make of async methods.
    BoxedFuture,
}

pub(super) enum Output {
    /// Nothing but `impl Trait`, which only the body tells.
    Unknown,
    Never,
    Type(Box<Type>),
}

/// A function, its body untouched: what is not parsed cannot be mistaken, and editors see half-written
/// bodies all the time.
pub(super) struct Function {
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) sig: Signature,
    pub(super) block: Group,
}

impl Model {
    pub(super) fn new(options: TokenStream, item: TokenStream) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        let attr = Attr::parse(options, &mut errors);
        let function = errors.handle(syn::parse2::<Function>(item).map_err(Error::from));
        if let Some(constness) = function.as_ref().and_then(|function| function.sig.constness) {
            let rule =
                "a `const fn` may run in the compiler, where there is no clock; take off `const`, or the attribute";
            errors.push(Error::custom(rule).with_span(&constness));
        }
        let body = function.as_ref().and_then(|function| errors.handle(Body::new(&function.sig, attr.future)));
        errors = errors.checkpoint()?;
        let (Some(function), Some(body)) = (function, body) else {
            return errors.finish().and(Err(Error::custom("expected a function")));
        };
        errors.finish_with(Self {
            core: Core::new(attr.krate.as_ref()),
            output: Output::of(&function.sig.output),
            function,
            body,
            target: match attr.into {
                Some(place) => Target::Into(place),
                None => Target::Own(Box::new(Family {
                    checked: attr.name.is_some(),
                    name: attr.name.unwrap_or_else(|| text("function_duration")),
                    help: attr.help.unwrap_or_else(|| text("Time that instrumented functions took.")),
                    buckets: attr.buckets,
                    native: attr.native.map(SpannedValue::into_inner),
                    const_labels: attr.const_labels,
                    allow: attr.allow,
                })),
            },
            labels: attr.labels,
            skip_on: attr.skip_on,
            outcome: attr.outcome,
            count_errors: attr.count_errors,
            track_in_progress: attr.track_in_progress,
        })
    }
}

fn text(text: &str) -> LitStr {
    LitStr::new(text, Span::call_site())
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig: Signature = input.parse().map_err(|error| {
            syn::Error::new(error.span(), format!("{error}; `#[instrument_histogram]` belongs on a function or method"))
        })?;
        if input.peek(Token![;]) {
            let rule = "a function without a body cannot be timed; put the attribute on its implementations";
            return Err(syn::Error::new_spanned(&sig.ident, rule));
        }
        let block = parse_block(input)?;
        // They can stand at the start of a function, but not of a closure.
        let (inner, block) = split_inner(&block)?;
        attrs.extend(inner);
        Ok(Self { attrs, vis, sig, block })
    }
}

/// A block, also where a `macro_rules!` passes one on inside of delimiters that are not seen.
fn parse_block(input: ParseStream<'_>) -> syn::Result<Group> {
    match input.parse()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => parse_block.parse2(group.stream()),
        token => Err(syn::Error::new(token.span(), "expected the body of a function")),
    }
}

fn split_inner(block: &Group) -> syn::Result<(Vec<Attribute>, Group)> {
    let parts = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_inner)?, input.parse()?));
    let (mut inner, rest): (Vec<Attribute>, TokenStream) = parts.parse2(block.stream())?;
    if inner.is_empty() {
        return Ok((inner, block.clone()));
    }
    for attr in &mut inner {
        attr.style = AttrStyle::Outer;
    }
    let mut body = Group::new(Delimiter::Brace, rest);
    body.set_span(block.span());
    Ok((inner, body))
}

impl Body {
    fn new(sig: &Signature, future: Flag) -> darling::Result<Self> {
        if future.is_present() {
            if sig.asyncness.is_some() {
                let rule = "an async function is known to return a future; take `future` off";
                return Err(Error::custom(rule).with_span(&future.span()));
            }
            if returns_no_future(&sig.output) {
                let rule = "`future` is for functions that return a future, and this one does not; take it off";
                return Err(Error::custom(rule).with_span(&future.span()));
            }
        }
        Ok(match Self::of(sig) {
            Self::Sync if future.is_present() => match &sig.output {
                ReturnType::Type(_, ty) if matches!(**ty, Type::ImplTrait(_)) => Self::Future,
                _ => Self::BoxedFuture,
            },
            body => body,
        })
    }

    fn of(sig: &Signature) -> Self {
        if sig.asyncness.is_some() {
            return Self::Async;
        }
        match &sig.output {
            ReturnType::Type(_, ty) => match &**ty {
                Type::ImplTrait(ty) if is_future(&ty.bounds) => Self::Future,
                ty => match argument(ty, "Pin").and_then(|ty| argument(ty, "Box")) {
                    Some(Type::TraitObject(ty)) if is_future(&ty.bounds) => Self::BoxedFuture,
                    _ => Self::Sync,
                },
            },
            ReturnType::Default => Self::Sync,
        }
    }
}

/// What can be told without types.
fn returns_no_future(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return true };
    match &**ty {
        Type::Path(path) => path.path.get_ident().is_some_and(|ident| PRIMITIVE.iter().any(|name| ident == name)),
        Type::Array(_) | Type::Never(_) | Type::Reference(_) | Type::Tuple(_) => true,
        _ => false,
    }
}

const PRIMITIVE: [&str; 18] = [
    "String", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64",
    "u8", "usize", "str",
];

fn is_future<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> bool {
    bounds.into_iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|segment| segment.ident == "Future"),
        _ => false,
    })
}

/// `T` of `name<T>`.
fn argument<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}

impl Output {
    fn of(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self::Type(parse_quote!(())),
            ReturnType::Type(_, ty) => match &**ty {
                Type::ImplTrait(_) => Self::Unknown,
                Type::Never(_) => Self::Never,
                _ => {
                    let mut ty = ty.clone();
                    Infer.visit_type_mut(&mut ty);
                    Self::Type(ty)
                }
            },
        }
    }
}

/// Puts `_` for `impl Trait`, which only a signature can say.
struct Infer;

impl VisitMut for Infer {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::ImplTrait(_)) {
            *ty = parse_quote!(_);
        } else {
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
}
