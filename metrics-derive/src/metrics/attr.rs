use super::multiprocess::Multiprocess;
use super::unit::Unit;
use crate::allow::Allow;
use crate::buckets::Buckets;
use crate::case::Case;
use crate::const_labels::ConstLabels;
use crate::max_series::MaxSeries;
use crate::native::Native;
use crate::options::{Attr, Form, Given};
use crate::quantiles::Quantiles;
use crate::ttl_seconds::TtlSeconds;
use darling::util::Flag;
use darling::{Error, FromMeta};
use syn::{LitStr, Path};

#[derive(Default, FromMeta)]
pub(super) struct ContainerAttr {
    pub(super) prefix: Option<LitStr>,
    #[darling(default)]
    pub(super) const_labels: ConstLabels,
    pub(super) rename_all: Option<Case>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
    pub(super) group: Flag,
    #[darling(default)]
    pub(super) allow: Allow,
}

const CONST_LABELS: (&str, Form) = ("const_labels", Form::List("const_labels(region = \"eu\")"));

const ALLOW: (&str, Form) = ("allow", Form::List("allow(camel_case)"));

pub(super) const METRICS: Attr = Attr {
    name: "metrics",
    misplaced: Some(("metric", "the options of the struct are written `#[metrics(…)]`")),
    options: &[
        ("prefix", Form::Text),
        CONST_LABELS,
        ("rename_all", Form::Text),
        ("crate", Form::Any),
        ("group", Form::Flag),
        ALLOW,
    ],
    elsewhere: &[
        (
            "rename",
            "it is an option of a field, `#[metric(rename = \"…\")]`; the start of all names is `prefix = \"…\"`",
        ),
        ("help", OF_A_FIELD),
        ("unit", OF_A_FIELD),
        ("buckets", OF_A_FIELD),
        ("quantiles", OF_A_FIELD),
        ("native", OF_A_FIELD),
        ("max_series", OF_A_FIELD),
        ("ttl_seconds", OF_A_FIELD),
        ("multiprocess", OF_A_FIELD),
        ("preset", OF_A_FIELD),
        ("skip", OF_A_FIELD),
        ("namespace", "it is called `prefix`"),
        ("labels", "labels with one value for all series are `const_labels(region = \"eu\")`"),
    ],
};

const OF_A_FIELD: &str = "it is an option of a field, `#[metric(…)]`";

#[derive(Default, FromMeta)]
pub(super) struct FieldAttr {
    pub(super) rename: Option<LitStr>,
    pub(super) help: Option<LitStr>,
    pub(super) unit: Option<Unit>,
    pub(super) buckets: Option<Buckets>,
    pub(super) quantiles: Option<Quantiles>,
    pub(super) native: Option<Native>,
    #[darling(default)]
    pub(super) const_labels: ConstLabels,
    pub(super) max_series: Option<MaxSeries>,
    pub(super) ttl_seconds: Option<TtlSeconds>,
    pub(super) multiprocess: Option<Multiprocess>,
    pub(super) preset: Flag,
    pub(super) skip: Flag,
    pub(super) group: Flag,
    pub(super) prefix: Option<LitStr>,
    #[darling(default)]
    pub(super) allow: Allow,
}

pub(super) const METRIC: Attr = Attr {
    name: "metric",
    misplaced: Some(("metrics", "the options of a field are written `#[metric(…)]`")),
    options: &[
        ("rename", Form::Text),
        ("help", Form::Text),
        ("unit", Form::Value("unit = Seconds")),
        ("buckets", Form::Value("buckets = [0.1, 1.0]")),
        ("quantiles", Form::Value("quantiles = [0.5, 0.99]")),
        ("native", Form::Any),
        CONST_LABELS,
        ("max_series", Form::Value("max_series = 50_000")),
        ("ttl_seconds", Form::Value("ttl_seconds = 3_600")),
        ("multiprocess", Form::Value("multiprocess = \"livesum\"")),
        ("preset", Form::Flag),
        ("skip", Form::Flag),
        ("group", Form::Flag),
        ("prefix", Form::Text),
        ALLOW,
    ],
    elsewhere: &[
        ("rename_all", OF_THE_STRUCT),
        ("crate", OF_THE_STRUCT),
        ("name", "it is called `rename`"),
        ("labels", "they are the field's type, `Family<Labels, …>`; constant ones are `const_labels(region = \"eu\")`"),
    ],
};

const OF_THE_STRUCT: &str = "it is an option of the struct, `#[metrics(…)]`";

/// Options that belong to one metric.
const OF_A_METRIC: [&str; 6] = ["rename", "help", "unit", "buckets", "quantiles", "native"];

impl FieldAttr {
    /// Options that do not go together, each pair once, where the one stands that does not belong there.
    pub(super) fn check(&self, given: &Given) -> darling::Result<()> {
        let skipped = given.first(|name| name != "skip").filter(|_| self.skip.is_present());
        let grouped = given.first(|name| OF_A_METRIC.contains(&name)).filter(|_| self.group.is_present());
        let (rule, span) = if let Some((_, span)) = skipped {
            ("a skipped field is no metric and has no other option; take `skip` or the others off", span)
        } else if let Some((_, span)) = grouped {
            let rule = "a group has the options `prefix`, `const_labels`, `multiprocess` and `allow`, a family of groups also \
                        `max_series` and `preset`; the others belong to the metrics in it";
            (rule, span)
        } else if let Some(prefix) = &self.prefix
            && !self.group.is_present()
        {
            let rule =
                "a metric has no prefix: rename it (`rename = \"…\"`), or mark a nested struct of metrics `group`";
            (rule, prefix.span())
        } else {
            return Ok(());
        };
        Err(Error::custom(rule).with_span(&span))
    }
}
