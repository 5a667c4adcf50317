use super::labels::Labels;
use super::unit::TimeUnit;
use crate::allow::Allow;
use crate::buckets::Buckets;
use crate::const_labels::ConstLabels;
use crate::native::Native;
use crate::options::{self, Form, Given};
use darling::error::Accumulator;
use darling::util::{Flag, SpannedValue};
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;
use syn::{Expr, LitStr, Path};

#[derive(Default, FromMeta)]
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
    #[darling(default)]
    pub(super) allow: Allow,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

const INSTRUMENT_HISTOGRAM: options::Attr = options::Attr {
    name: "instrument_histogram",
    misplaced: None,
    options: &[
        ("name", Form::Text),
        ("help", Form::Text),
        ("unit", Form::Value("unit = Seconds")),
        ("buckets", Form::Value("buckets = [0.1, 1.0]")),
        ("native", Form::Any),
        ("const_labels", Form::List("const_labels(region = \"eu\")")),
        ("into", Form::Value("into = Shop::global().answer")),
        ("labels", Form::Value("labels = Request { method: Method::Get, route }")),
        ("skip_on", Form::Value("skip_on = |outcome| …")),
        ("outcome", Form::Value("outcome = |value| …")),
        ("count_errors", Form::Value("count_errors = Shop::global().errors")),
        ("track_in_progress", Form::Value("track_in_progress = Shop::global().in_progress")),
        ("future", Form::Flag),
        ("allow", Form::List("allow(label_in_name)")),
        ("crate", Form::Any),
    ],
    elsewhere: &[
        ("rename", "it is called `name`"),
        ("prefix", "the family's whole name is `name = \"…\"`"),
        ("max_series", OF_A_FIELD),
        ("ttl_seconds", OF_A_FIELD),
        ("preset", OF_A_FIELD),
        ("quantiles", OF_A_FIELD),
        ("err", "whether a call failed is the label `outcome`, or `count_errors = …`"),
        ("skip", "calls are left out by `skip_on = |outcome| …`"),
    ],
};

const OF_A_FIELD: &str = "it is an option of a field, which `into = …` can name";

/// Where a metric is: `Shop::global().answer`.
pub(super) struct Place(pub(super) Expr);

/// A function or a closure.
pub(super) struct Asked(pub(super) Expr);

impl Attr {
    /// What is right of the options, with the errors of the others.
    pub(super) fn parse(options: TokenStream, errors: &mut Accumulator) -> Self {
        let (attr, given): (Self, _) = INSTRUMENT_HISTOGRAM.parse_list(options, errors);
        errors.handle(attr.check(&given));
        attr
    }

    fn check(&self, given: &Given) -> darling::Result<()> {
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
        // What an option that is wrong would have changed is not known.
        if self.into.is_some() {
            for (option, span) in self.of_own_family() {
                let rule = format!(
                    "`{option}` is of a family that the function has of its own, and with `into` it has none; \
                                    put it on the field that `into` names"
                );
                errors.push(Error::custom(rule).with_span(&span));
            }
            if let (Some(Asked(outcome)), None) = (&self.outcome, &self.count_errors)
                && !given.is_wrong(&["count_errors"])
            {
                let rule = "with `into`, `outcome` tells `count_errors` what an error is, and that is not there; for a label \
                            write `labels = Request { outcome: |outcome| outcome.ended_by(…), … }`";
                errors.push(Error::custom(rule).with_span(outcome));
            }
        }
        if self.into.is_none() && self.name.is_none() && !given.is_wrong(&["into", "name"]) {
            let labels = self.labels.as_ref().map(Labels::span);
            if let Some(span) = labels.or_else(|| self.const_labels.names().next().map(|(_, span)| span)) {
                let rule = "without a name, functions share the family `function_duration_seconds`, whose labels are \
                            `function` and `outcome`; give this one a family of its own: `name = \"…\"`";
                errors.push(Error::custom(rule).with_span(&span));
            }
        }
        errors.finish()
    }

    fn of_own_family(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let options = [
            ("name", self.name.as_ref().map(Spanned::span)),
            ("help", self.help.as_ref().map(Spanned::span)),
            ("unit", self.unit.as_ref().map(|unit| unit.0)),
            ("buckets", self.buckets.as_ref().map(Buckets::span)),
            ("native", self.native.as_ref().map(SpannedValue::span)),
            ("const_labels", self.const_labels.names().next().map(|(_, span)| span)),
            ("allow", self.allow.span()),
        ];
        options.into_iter().filter_map(|(option, span)| Some((option, span?)))
    }
}

const PLACE: &str = "write where the metric is, `Shop::global().answer`";

impl FromMeta for Place {
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
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Lit(_) | Expr::Struct(_) => Err(Error::custom(ASKED).with_span(expr)),
            _ => Ok(Self(expr.clone())),
        }
    }
}
