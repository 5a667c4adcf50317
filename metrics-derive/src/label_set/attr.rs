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
    elsewhere: &[
        ("rename", "it is an option of a field; `rename_all` is the case of all their names"),
        ("skip", "it is an option of nothing: every field is a label"),
    ],
};

#[derive(Default, FromMeta)]
pub(super) struct FieldAttr {
    pub(super) rename: Option<LitStr>,
}

pub(super) const FIELD: Attr = Attr {
    name: "label",
    misplaced: None,
    options: &[("rename", Form::Text)],
    elsewhere: &[
        (
            "skip",
            "every field is a label, because two sets that differ in a field that is none would be one series; take the \
             field out",
        ),
        ("rename_all", "it is an option of the struct"),
        ("crate", "it is an option of the struct"),
        ("name", "it is called `rename`"),
    ],
};
