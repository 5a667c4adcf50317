//! A page of messages, one for each family or for a part of it.

use super::count::put_counts;
use super::labels::{put_label, put_labels};
use super::point::{metric_type, put_point};
use super::second::Second;
use super::wire::{Message, put_bytes, put_u64};
use crate::encoder::{Encoder, EncoderOptions};
use crate::escaping::{family_name, label_name};
use crate::page::Page;
use metrics_core::model::{Count, Desc, FamilySink, Labels, Point, Timestamp};
use metrics_core::name::EscapingScheme;

/// A message that is as long is ended, and its family goes on in another one.
const LONG: usize = 256 << 10;

/// Bytes for the length of a message, of which one that goes up to [`LONG`] takes so many.
const KEPT: usize = 3;

/// An encoder of messages.
#[derive(Debug, Default)]
pub(super) struct Families {
    page: Page,
    /// Whether a message is a whole family, however long.
    keeps_whole: bool,
    /// Where in `page` the family starts that was begun last; `None` if a part of it was taken.
    start: Option<usize>,
    /// Whether it goes on: `false` if it was abandoned, or there is none.
    goes_on: bool,
    /// The message under way, the last one of the page.
    message: Option<Message>,
    family: Family,
}

/// What is made ready once for each family.
#[derive(Debug, Default)]
struct Family {
    escaping: EscapingScheme,
    /// The fields before its metrics.
    before: Page,
    /// The field behind them.
    behind: Page,
    /// The label that a state set's states are values of.
    state_label: String,
    /// The constant labels that `constant` was made of, and their fields.
    scope: String,
    constant: Page,
    /// In which the last counter began.
    second: Second,
}

impl Family {
    fn begin(&mut self, family: &Desc) {
        self.state_label = label_name(&family.name, self.escaping).into_owned();
        let Self { escaping, before, behind, .. } = self;
        before.truncate(0);
        put_bytes(before, 1, [&*family_name(family, *escaping), family.kind.value_suffix()].concat().as_bytes());
        if !family.help.is_empty() {
            put_bytes(before, 2, family.help.as_bytes());
        }
        put_u64(before, 3, metric_type(family.kind));
        behind.truncate(0);
        if let Some(unit) = &family.unit {
            put_bytes(behind, 5, unit.as_bytes());
        }
    }

    #[cold]
    fn enter(&mut self, scope: &str) {
        scope.clone_into(&mut self.scope);
        self.constant.truncate(0);
        put_labels(&mut self.constant, scope, self.escaping);
    }
}

impl Families {
    /// Of the options only the escaping is one here: the messages have a place for creation times.
    pub(super) fn new(options: EncoderOptions) -> Self {
        Self { family: Family { escaping: options.escaping, ..Family::default() }, ..Self::default() }
    }

    /// For readers that take a second message of a family for all of it.
    #[cfg(feature = "pushgateway")]
    pub(super) fn whole(options: EncoderOptions) -> Self {
        Self { keeps_whole: true, ..Self::new(options) }
    }

    #[inline(never)]
    fn begin_message(&mut self) {
        self.message = Some(Message::begin(&mut self.page, KEPT));
        self.page.push(self.family.before.as_bytes());
    }

    fn end_message(&mut self) {
        if let Some(message) = self.message.take() {
            self.page.push(self.family.behind.as_bytes());
            message.end(&mut self.page);
        }
    }

    /// Makes ready for metrics with these constant labels; whether they are wanted.
    #[inline(always)]
    fn enters(&mut self, scope: &str) -> bool {
        let family = &mut self.family;
        // Not two empty strings: some processors take 70 ns to compare nothing at a dangling address.
        if !(family.scope.is_empty() && scope.is_empty()) && family.scope != scope {
            family.enter(scope);
        }
        self.goes_on
    }

    /// Puts a metric with these labels behind the constant ones, and with what `put` puts behind them.
    #[inline(always)]
    fn metric(&mut self, own: &str, put: impl FnOnce(&mut Page, &mut Family)) {
        if self.message.is_none() {
            self.begin_message();
        }
        let Self { page, family, .. } = self;
        let metric = Message::begin_field(page, 4);
        page.push(family.constant.as_bytes());
        put_labels(page, own, family.escaping);
        put(page, family);
        metric.end(page);
        self.end_long_message();
    }

    /// How long the page is when the message under way is long.
    fn most(&self) -> usize {
        match &self.message {
            Some(message) if !self.keeps_whole => message.start() + KEPT + LONG,
            _ => usize::MAX,
        }
    }

    /// Lets the family go on in another message.
    #[inline(always)]
    fn end_long_message(&mut self) {
        if self.page.len() >= self.most() {
            self.end_message();
        }
    }

    /// Where the message under way begins, before which all are whole.
    fn end_of_whole(&self) -> usize {
        self.message.as_ref().map_or(self.page.len(), Message::start)
    }
}

impl FamilySink for Families {
    fn begin(&mut self, family: &Desc) {
        self.end_message();
        self.start = Some(self.page.len());
        self.goes_on = true;
        self.family.begin(family);
    }

    fn point(&mut self, labels: Labels<'_>, point: &Point<'_>, timestamp: Option<Timestamp>) {
        if !self.enters(labels.scope) {
            return;
        }
        self.metric(labels.own, |page, family| {
            if let Point::StateSet { state, .. } = point {
                put_label(page, &family.state_label, state);
            }
            put_point(page, point, timestamp, family.escaping);
        });
    }

    fn counts(&mut self, scope: &str, mut counts: &[Count<'_>]) {
        if !self.enters(scope) {
            return;
        }
        while let Some(first) = counts.first() {
            if self.message.is_none() {
                self.begin_message();
            }
            let most = self.most();
            let Self { page, family, .. } = self;
            let put = put_counts(page, family.constant.as_bytes(), counts, &mut family.second, most);
            if put == 0 {
                self.metric(first.own, |page, family| put_point(page, &first.point(), None, family.escaping));
            }
            self.end_long_message();
            counts = &counts[put.max(1)..];
        }
    }

    fn abandon(&mut self) {
        self.page.truncate(self.start.unwrap_or(self.end_of_whole()));
        self.message = None;
        self.goes_on = false;
    }
}

impl Encoder for Families {
    /// Whole messages only.
    fn as_bytes(&self) -> &[u8] {
        &self.page.as_bytes()[..self.end_of_whole()]
    }

    fn take(&mut self) -> Vec<u8> {
        let end = self.end_of_whole();
        self.start = self.start.and_then(|start| start.checked_sub(end));
        if let Some(message) = &mut self.message {
            message.move_to(0);
        }
        self.page.take_until(end)
    }

    fn reuse(&mut self, memory: Vec<u8>) {
        self.page.reuse(memory);
    }

    fn clear(&mut self) {
        self.page.truncate(0);
        self.message = None;
        self.start = Some(0);
        self.goes_on = false;
    }

    fn is_undoable(&self) -> bool {
        self.start.is_some()
    }

    fn finish(&mut self) {
        self.end_message();
        self.start = None;
        self.goes_on = false;
    }
}
