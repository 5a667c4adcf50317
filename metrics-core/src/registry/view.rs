//! Other looks at a registry: a part of it, several together, with something before all names.

use super::families::{Collected, Families, Only, Page};
use super::source::fixed;
use super::{Inner, RegisterError, Registration, Registry};
use crate::model::{Desc, InfoMetricFamily, InfoPoint};
use crate::name::{Validation, default_validation};
use std::sync::Arc;

impl Registry {
    /// The same registry, but what is registered through this handle gets `prefix_` before its name. A scrape shows all.
    ///
    /// ```
    /// use metrics_core::{Counter, Registry, registry::Definition};
    /// use std::sync::Arc;
    ///
    /// let registry = Registry::new();
    /// let payments = registry.with_prefix("payments").with_const_labels([("region", "eu")]);
    /// payments.register(Definition::new("refused", "Payments refused."), Arc::new(Counter::new()))?;
    /// assert_eq!(registry.get_sample_value("payments_refused_total", &[("region", "eu")]), Some(0.0));
    /// # Ok::<(), metrics_core::RegisterError>(())
    /// ```
    #[must_use]
    pub fn with_prefix(&self, prefix: &str) -> Self {
        let scope = self.scope.clone().with_prefix(prefix);
        Self { scope, ..self.clone() }
    }

    /// The same registry, but what is registered through this handle carries these labels, too.
    #[must_use]
    pub fn with_const_labels<N: Into<String>, V: Into<String>>(
        &self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let labels = labels.into_iter().map(|(name, value)| (name.into(), value.into()));
        let scope = self.scope.clone().with_const_labels(labels);
        Self { scope, ..self.clone() }
    }

    /// The same registry, but a scrape of this handle shows only families of these names, or that have a sample of one
    /// of these names (`latency_seconds_count`): whole families, in the usual order. Collectors that have described
    /// other families only are not asked.
    ///
    /// ```
    /// use metrics_core::{Counter, Gauge, Registry, registry::Definition, testing};
    /// use std::sync::Arc;
    ///
    /// let registry = Registry::new();
    /// registry.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new()))?;
    /// registry.register(Definition::new("load", "Load."), Arc::new(Gauge::new()))?;
    /// let descs = registry.restricted(["jobs_total"]).descs();
    /// assert_eq!(descs.len(), 1);
    /// # Ok::<(), metrics_core::RegisterError>(())
    /// ```
    #[must_use]
    pub fn restricted<N: Into<String>>(&self, names: impl IntoIterator<Item = N>) -> Self {
        let mut names: std::collections::BTreeSet<String> = names.into_iter().map(Into::into).collect();
        if let Some(only) = &self.only {
            names.retain(|name| only.contains(name));
        }
        Self { only: Some(Arc::new(names)), ..self.clone() }
    }

    /// A registry that shows what all of these show, now and later, and what is registered in itself. Where two have
    /// families that clash, those of the earlier one are shown, and `metrics_core_collector_faults_total` counts the
    /// others in each scrape.
    ///
    /// ```
    /// use metrics_core::{Counter, Registry, registry::Definition};
    /// use std::sync::Arc;
    ///
    /// let (mine, plugin) = (Registry::new(), Registry::new());
    /// let page = Registry::merged([mine.clone(), plugin.clone()]);
    /// plugin.register(Definition::new("jobs", "Jobs done."), Arc::new(Counter::new()))?;
    /// assert_eq!(page.descs().len(), 1);
    /// # Ok::<(), metrics_core::RegisterError>(())
    /// ```
    pub fn merged(registries: impl IntoIterator<Item = Self>) -> Self {
        let merged = registries.into_iter().collect();
        Self::of(Inner { merged, validation: Some(default_validation()), ..Inner::default() })
    }

    /// Which names may be registered from now on. What is registered stays.
    ///
    /// ```
    /// use metrics_core::{Gauge, Registry, name::Validation, registry::Definition};
    /// use std::sync::Arc;
    ///
    /// let registry = Registry::new();
    /// registry.set_validation(Validation::Legacy);
    /// let error = registry.register(Definition::new("cpu.load", "Load."), Arc::new(Gauge::new())).unwrap_err();
    /// assert!(error.to_string().contains("legacy validation"));
    /// ```
    pub fn set_validation(&self, validation: Validation) {
        self.write().validation = Some(validation);
    }

    /// Which names may be registered now.
    pub fn validation(&self) -> Validation {
        self.read().validation.unwrap_or_else(default_validation)
    }

    /// Describes what all metrics of the registry are about, as `target_info`, which Prometheus can join to any of them:
    /// a version, a place. Replaces what was said before; without labels there is none.
    ///
    /// ```
    /// use metrics_core::Registry;
    /// let registry = Registry::new();
    /// registry.set_target_info([("version", "1.2.0"), ("region", "eu")])?;
    /// let value = registry.get_sample_value("target_info", &[("version", "1.2.0"), ("region", "eu")]);
    /// assert_eq!(value, Some(1.0));
    /// # Ok::<(), metrics_core::RegisterError>(())
    /// ```
    ///
    /// # Errors
    /// If a label breaks a rule, or something else is named `target_info`.
    #[track_caller]
    pub fn set_target_info<N: Into<String>, V: Into<String>>(
        &self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), RegisterError> {
        let labels: Vec<(String, String)> = labels.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
        let family =
            InfoMetricFamily::single("target", "Target metadata", labels.iter().cloned().collect::<InfoPoint>())?;
        let source = fixed(vec![family.into()]);
        let validation = self.validation();
        let mut inner = self.write();
        if let Some((Registration(before), _)) = inner.target.take() {
            inner.families.remove(before);
        }
        if !labels.is_empty() {
            let id = inner.families.add_source(&source, source.families(), validation)?;
            inner.target = Some((Registration(id), labels));
        }
        Ok(())
    }

    /// What [`set_target_info`](Self::set_target_info) said; empty if nothing.
    pub fn get_target_info(&self) -> Vec<(String, String)> {
        self.read().target.as_ref().map(|(_, labels)| labels.clone()).unwrap_or_default()
    }

    /// What a scrape shows, and how many families that takes away.
    pub(super) fn page(&self) -> (Page, u64) {
        let (page, merged) = {
            let inner = self.read();
            (inner.families.page().clone(), inner.merged.clone())
        };
        let (page, faults) = if merged.is_empty() { (page, 0) } else { merge(page, &merged) };
        match &self.only {
            None => (page, faults),
            Some(only) => (page.restricted(only), faults),
        }
    }
}

/// `page` and what the others show.
fn merge(page: Page, others: &[Registry]) -> (Page, u64) {
    let (mut all, mut faults) = (Families::default(), 0);
    let mut collectors = Vec::new();
    for (page, lost) in others.iter().map(Registry::page).chain([(page, 0)]) {
        faults += lost;
        collectors.extend(page.collectors.iter().cloned());
        for family in page.families.iter() {
            let lost =
                family.members.iter().filter(|member| all.add_member(family.desc.clone(), (*member).clone()).is_err());
            faults += lost.count() as u64;
        }
    }
    (Page { collectors: Arc::new(collectors), ..all.page().clone() }, faults)
}

impl Page {
    /// Families that have such a name, or a sample that has.
    fn restricted(&self, only: &Only) -> Self {
        let families: Vec<_> = self.families.iter().filter(|family| is_among(only, &family.desc)).cloned().collect();
        let is_fed = |id: u64| families.iter().flat_map(|family| &family.members).any(|member| member.id == id);
        let is_asked = |collected: &&Collected| collected.described.is_empty() || is_fed(collected.id);
        let collectors = self.collectors.iter().filter(is_asked).cloned().collect();
        Self { collectors: Arc::new(collectors), only: Some(Arc::clone(only)), families: Arc::new(families) }
    }
}

/// Whether the family or a sample of it has one of these names.
pub(super) fn is_among(only: &Only, desc: &Desc) -> bool {
    desc.sample_names().any(|name| only.contains(&name))
}
