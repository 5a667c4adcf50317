use crate::case::Case;
use crate::options::{Attr, Form};
use darling::FromMeta;
use syn::{LitStr, Path};

#[derive(Default, FromMeta)]
pub(super) struct ContainerAttr {
    pub(super) rename_all: Option<Case>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

pub(super) const CONTAINER: Attr = Attr {
    name: "label",
    misplaced: None,
    options: &[("rename_all", Form::Text), ("crate", Form::Any)],
    elsewhere: &[("rename", "it is an option of a variant; `rename_all` is the case of all their texts")],
};

#[derive(Default, FromMeta)]
pub(super) struct VariantAttr {
    pub(super) rename: Option<LitStr>,
}

pub(super) const VARIANT: Attr = Attr {
    name: "label",
    misplaced: None,
    options: &[("rename", Form::Text)],
    elsewhere: &[
        ("skip", "each variant is a value; take it out of the enum"),
        ("rename_all", "it is an option of the enum"),
        ("crate", "it is an option of the enum"),
        ("name", "it is called `rename`"),
    ],
};
