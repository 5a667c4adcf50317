use crate::buckets::Buckets;
use crate::const_labels::ConstLabels;
use darling::{Error, FromMeta};
use syn::{LitStr, Path};

#[derive(FromMeta)]
#[darling(derive_syn_parse, and_then = Self::check)]
pub(super) struct Attr {
    pub(super) name: Option<LitStr>,
    pub(super) help: Option<LitStr>,
    pub(super) buckets: Option<Buckets>,
    #[darling(default)]
    pub(super) const_labels: ConstLabels,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

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
        errors.finish_with(self)
    }
}
