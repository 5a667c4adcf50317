use super::labels::Labels;
use super::unit::TimeUnit;
use crate::buckets::Buckets;
use crate::const_labels::ConstLabels;
use crate::native::Native;
use darling::util::{Flag, SpannedValue};
use darling::{Error, FromMeta};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Path};

#[derive(FromMeta)]
#[darling(derive_syn_parse, and_then = Self::check)]
pub(super) struct Attr {
    pub(super) name: Option<LitStr>,
    pub(super) help: Option<LitStr>,
    unit: Option<TimeUnit>,
    pub(super) buckets: Option<Buckets>,
    pub(super) native: Option<SpannedValue<Native>>,
    #[darling(default)]
    pub(super) const_labels: ConstLabels,
    pub(super) into: Option<Place>,
    pub(super) labels: Option<Labels>,
    pub(super) skip_on: Option<Asked>,
    pub(super) outcome: Option<Asked>,
    pub(super) count_errors: Option<Place>,
    pub(super) track_in_progress: Option<Place>,
    pub(super) future: Flag,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

/// Where a metric is: `Shop::global().answer`.
pub(super) struct Place(pub(super) Expr);

/// A function or a closure.
pub(super) struct Asked(pub(super) Expr);

impl Attr {
    fn check(self) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        if let Some(help) = &self.help
            && help.value().trim().is_empty()
        {
            errors.push(Error::custom("a metric needs help; write one, or leave the option out").with_span(help));
        }
        for (name, span) in self.const_labels.names() {
            if name == "function" {
                let rule = "constant label `function`: every instrumented function has it already; choose another name";
                errors.push(Error::custom(rule).with_span(&span));
            }
        }
        if self.into.is_some() {
            for (option, span) in self.of_own_family() {
                let rule = format!(
                    "`{option}` is of a family that the function has of its own, and with `into` it has none; \
                                    put it on the field that `into` names"
                );
                errors.push(Error::custom(rule).with_span(&span));
            }
            if let (Some(Asked(outcome)), None) = (&self.outcome, &self.count_errors) {
                let rule = "with `into`, `outcome` tells `count_errors` what an error is, and that is not there; for a label \
                            write `labels = Request { outcome: |outcome| outcome.ended_by(…), … }`";
                errors.push(Error::custom(rule).with_span(outcome));
            }
        }
        if self.into.is_none() && self.name.is_none() {
            let labels = self.labels.as_ref().map(Labels::span);
            if let Some(span) = labels.or_else(|| self.const_labels.names().next().map(|(_, span)| span)) {
                let rule = "without a name, functions share the family `function_duration_seconds`, whose labels are \
                            `function` and `outcome`; give this one a family of its own: `name = \"…\"`";
                errors.push(Error::custom(rule).with_span(&span));
            }
        }
        errors.finish_with(self)
    }

    fn of_own_family(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let options = [
            ("name", self.name.as_ref().map(Spanned::span)),
            ("help", self.help.as_ref().map(Spanned::span)),
            ("unit", self.unit.as_ref().map(|unit| unit.0)),
            ("buckets", self.buckets.as_ref().map(Buckets::span)),
            ("native", self.native.as_ref().map(SpannedValue::span)),
            ("const_labels", self.const_labels.names().next().map(|(_, span)| span)),
        ];
        options.into_iter().filter_map(|(option, span)| Some((option, span?)))
    }
}

const PLACE: &str = "write where the metric is, `Shop::global().answer`";

impl FromMeta for Place {
    fn from_word() -> darling::Result<Self> {
        Err(Error::custom(PLACE))
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Reference(reference) => Self::from_expr(&reference.expr),
            Expr::Lit(_) | Expr::Closure(_) | Expr::Struct(_) => Err(Error::custom(PLACE).with_span(expr)),
            _ => Ok(Self(expr.clone())),
        }
    }
}

const ASKED: &str = "write a function or a closure, `|outcome| …`";

impl FromMeta for Asked {
    fn from_word() -> darling::Result<Self> {
        Err(Error::custom(ASKED))
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Lit(_) | Expr::Struct(_) => Err(Error::custom(ASKED).with_span(expr)),
            _ => Ok(Self(expr.clone())),
        }
    }
}
