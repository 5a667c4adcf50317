use super::{family_name, has_unit};
use crate::describe::{FamilyField, Scope};

impl FamilyField {
    /// The family's whole name below `scope`.
    pub(crate) fn full_name(&self, scope: &Scope<'_>) -> String {
        let mut name = String::new();
        scope.write(&mut name);
        name.push_str(family_name(self.name, self.kind));
        if let Some(unit) = self.options.unit {
            append_unit(&mut name, unit.as_str());
        }
        name
    }
}

/// Appends `_unit`, unless it is there already.
pub(crate) fn append_unit(name: &mut String, unit: &str) {
    if !has_unit(name, unit) {
        name.push('_');
        name.push_str(unit);
    }
}
