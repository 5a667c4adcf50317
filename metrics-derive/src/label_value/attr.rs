use crate::case::Case;
use darling::FromAttributes;
use syn::{LitStr, Path};

#[derive(Default, FromAttributes)]
#[darling(attributes(label))]
pub(super) struct ContainerAttr {
    pub(super) rename_all: Option<Case>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

#[derive(Default, FromAttributes)]
#[darling(attributes(label))]
pub(super) struct VariantAttr {
    pub(super) rename: Option<LitStr>,
}
