use super::allow::Allow;
use super::unit::Unit;
use crate::buckets::Buckets;
use crate::case::Case;
use crate::const_labels::ConstLabels;
use crate::max_series::MaxSeries;
use crate::native::Native;
use crate::quantiles::Quantiles;
use crate::ttl_seconds::TtlSeconds;
use darling::util::Flag;
use darling::{Error, FromAttributes};
use syn::{Attribute, LitStr, Path};

#[derive(Default, FromAttributes)]
#[darling(attributes(metrics))]
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

#[derive(Default, FromAttributes)]
#[darling(attributes(metric), and_then = Self::check)]
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
    pub(super) preset: Flag,
    pub(super) skip: Flag,
    pub(super) group: Flag,
    pub(super) prefix: Option<LitStr>,
    #[darling(default)]
    pub(super) allow: Allow,
}

impl FieldAttr {
    fn check(self) -> darling::Result<Self> {
        let of_metric = self.rename.is_some()
            || self.help.is_some()
            || self.unit.is_some()
            || self.buckets.is_some()
            || self.quantiles.is_some()
            || self.native.is_some();
        let of_family = self.max_series.is_some() || self.ttl_seconds.is_some() || self.preset.is_present();
        let of_group = self.prefix.is_some();
        let mut errors = Error::accumulator();
        if self.skip.is_present() {
            let of_any = self.group.is_present() || !self.const_labels.is_empty() || !self.allow.is_empty();
            if of_metric || of_family || of_group || of_any {
                let rule = "a skipped field is no metric and has no other option; take the others off";
                errors.push(Error::custom(rule).with_span(&self.skip.span()));
            }
        } else if self.group.is_present() {
            if of_metric {
                let rule = "a group has the options `prefix`, `const_labels` and `allow`, a family of groups also `max_series` and \
                            `preset`; the others belong to the metrics in it";
                errors.push(Error::custom(rule).with_span(&self.group.span()));
            }
        } else if let Some(prefix) = &self.prefix {
            let rule =
                "a metric has no prefix: rename it (`rename = \"…\"`), or mark a nested struct of metrics `group`";
            errors.push(Error::custom(rule).with_span(prefix));
        }
        errors.finish_with(self)
    }
}

/// The names of the two attributes differ by one letter.
pub(super) fn check_misplaced(attrs: &[Attribute], wrong: &str, rule: &str) -> darling::Result<()> {
    match attrs.iter().find(|attr| attr.path().is_ident(wrong)) {
        Some(attr) => Err(Error::custom(rule).with_span(attr.path())),
        None => Ok(()),
    }
}
