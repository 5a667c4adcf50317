use super::collect::{Child, Instrument, Spec, instrument};
use super::journal::{Key, Named, NumberType, Place, Traits, journal};
use super::points::Points;
use crate::cell::Stopped;
use crate::label::render_pair;
use crate::model::{FamilyFault, LabelText, Labels, Point};
use crate::name::{EscapingScheme, default_validation, escape_label_name};
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Text about the program that does not change, or hardly ever: its version, the commit it was built from.
///
/// The text stands in labels, the value is always 1: `build_info{version="1.2"} 1`, to which queries join
/// ([specification][spec]). Until it is set it is left out of the page.
///
/// ```
/// use metrics_core::Info;
///
/// let build = Info::new();
/// build.set([("version", "1.2"), ("commit", "f00ba4")])?;
/// # Ok::<(), metrics_core::model::FamilyFault>(())
/// ```
///
/// All methods may be called from any thread. They take a lock that a scrape holds only to clone an `Arc`.
///
/// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#info
pub struct Info {
    /// Rendered.
    text: RwLock<Option<Arc<str>>>,
    taken: Taken,
}

/// Labels that an info cannot have, because all of its series do.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    labels: &'static [&'static str],
    const_labels: &'static [(&'static str, LabelText)],
}

impl Taken {
    fn has(self, name: &str) -> bool {
        self.labels.contains(&name) || self.const_labels.iter().any(|(label, _)| *label == name)
    }
}

impl Info {
    /// An info without text, which no registry exposes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces the text: names of labels, and what they say.
    ///
    /// A constant label of the struct, the group or the registry in which it stands is not known here. Where the text
    /// has a label of that name, the constant one is exposed and the text's is left out.
    ///
    /// # Errors
    /// If a name breaks a rule, is there twice, or is a label of its family or a constant label of its field. Then the
    /// text stays as it was.
    ///
    /// ```
    /// use metrics_core::{Family, Info, LabelSet};
    /// #[derive(LabelSet)]
    /// struct Disk<'a> { disk: &'a str }
    ///
    /// let disks = Family::<Disk<'static>, Info>::new();
    /// let sda = disks.with(&Disk { disk: "sda" });
    /// sda.set([("model", "Z1"), ("firmware", "7")])?; // disks_info{disk="sda",model="Z1",firmware="7"} 1
    ///
    /// let clash = sda.set([("disk", "sdb")]).unwrap_err();
    /// assert_eq!(clash.to_string(), "label `disk` of the info is one of the family's labels too; rename one");
    /// # Ok::<(), metrics_core::model::FamilyFault>(())
    /// ```
    pub fn set<N: AsRef<str>, V: AsRef<str>>(
        &self,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), FamilyFault> {
        let (mut text, mut names) = (String::new(), HashSet::new());
        for (name, value) in labels {
            let name = name.as_ref();
            let label = || name.to_owned();
            if let Err(broken) = default_validation().label_name(name) {
                return Err(FamilyFault::Label { label: label(), rule: broken.rule });
            }
            if self.taken.has(name) {
                return Err(FamilyFault::InfoLabel { label: label() });
            }
            if !names.insert(escape_label_name(name, EscapingScheme::Underscores).into_owned()) {
                return Err(FamilyFault::DuplicateLabel { label: label() });
            }
            render_pair(&mut text, name, value.as_ref());
        }
        self.replace(Some(text.into()));
        Ok(())
    }

    /// Takes it off the page, until it is set again.
    pub fn clear(&self) {
        self.replace(None);
    }

    fn replace(&self, labels: Option<Arc<str>>) {
        let mut text = self.text.write().unwrap_or_else(PoisonError::into_inner);
        text.clone_from(&labels);
        // Under the lock, so that others are told of what came last, last.
        if let Some(journal) = journal() {
            journal.info(self.key(), labels.as_deref());
        }
    }

    /// Where it is, which does not change while a registry has it.
    fn key(&self) -> Key {
        Key::Address(std::ptr::from_ref(self).addr())
    }

    fn text(&self) -> Option<Arc<str>> {
        self.text.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for Info {
    fn default() -> Self {
        Self::build(&Spec::BARE)
    }
}

impl fmt::Debug for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Info").field(&self.text()).finish()
    }
}

instrument!(impl[] Info, Info);

impl Child for Info {
    type Shared = Taken;

    fn shared(spec: &Spec<'_>, label_names: &'static [&'static str]) -> Taken {
        Taken { labels: label_names, const_labels: spec.options.const_labels }
    }

    fn create(taken: &Taken) -> Self {
        Self { text: RwLock::new(None), taken: *taken }
    }

    fn give<'a>(
        _: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        for (own, child) in children {
            let Some(text) = child.text() else { continue };
            points.within(own, |points| {
                let text = without(&text, Labels { scope: points.scope, own: points.own });
                points.push(&text, Point::Info);
            });
        }
    }

    fn restart(&self, _: &mut Stopped<'static>) {
        self.clear();
    }

    fn announce(&self, _: &mut Stopped<'static>, _: usize, named: Option<Named<'_>>) {
        let Some(named) = named else { return self.key().end() };
        let Some(record) = named.record(Traits::of(NumberType::U64), self.key(), Place::Nowhere) else { return };
        record.begin();
        if let (Some(journal), Some(text)) = (journal(), self.text()) {
            journal.info(self.key(), Some(&text));
        }
    }
}

/// What comes to its place is another one.
impl Drop for Info {
    fn drop(&mut self) {
        self.key().end();
    }
}

/// The text without labels that others have: with two of one name, Prometheus would refuse the whole page.
fn without(text: &str, others: Labels<'_>) -> String {
    let names: HashSet<_> = others.pairs().map(|(name, _)| name).collect();
    let mut out = String::new();
    for (name, value) in (Labels { scope: "", own: text }).pairs().filter(|(name, _)| !names.contains(name)) {
        render_pair(&mut out, &name, &value);
    }
    out
}
