use crate::case::Case;
use darling::util::Flag;
use darling::{Error, FromAttributes};
use syn::{LitStr, Path};

#[derive(Default, FromAttributes)]
#[darling(attributes(label))]
pub(super) struct ContainerAttr {
    pub(super) rename_all: Option<Case>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

#[derive(Default, FromAttributes)]
#[darling(attributes(label), and_then = Self::check)]
pub(super) struct FieldAttr {
    pub(super) rename: Option<LitStr>,
    skip: Flag,
}

impl FieldAttr {
    fn check(self) -> darling::Result<Self> {
        if self.skip.is_present() {
            let rule = "every field is a label, because two sets that differ in a field that is none would be one series; take the field out";
            return Err(Error::custom(rule).with_span(&self.skip.span()));
        }
        Ok(self)
    }
}
