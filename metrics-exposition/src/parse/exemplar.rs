//! What stands behind ` # `.

use super::cursor::Cursor;
use super::error::{Fault, ParseFault};
use super::number;
use super::sample::labels;
use metrics_core::model::{Exemplar, FamilyFault, Timestamp};

/// `{labels} value` and perhaps a time.
pub(super) fn exemplar(cursor: &mut Cursor<'_>) -> Result<Exemplar, Fault> {
    let at = cursor.at();
    let found = labels(cursor)?;
    if let Some((_, name_at)) = found.name {
        return Err(ParseFault::Expected("a label: an exemplar has no name").at(name_at));
    }
    cursor.expect_blank("a blank and the exemplar's value")?;
    let value_at = cursor.at();
    let value = number::value(cursor.word()).ok_or_else(|| ParseFault::Value.at(value_at))?.as_f64();
    let pairs = found.pairs.iter().map(|pair| (&*pair.name, &*pair.value));
    let exemplar =
        Exemplar::new(pairs, value).map_err(|error| ParseFault::Family(FamilyFault::Exemplar(error)).at(at))?;
    if cursor.is_at_end() {
        return Ok(exemplar);
    }
    cursor.expect_blank("a blank and the exemplar's time")?;
    Ok(exemplar.at(time(cursor, |text| text.parse().ok())?))
}

/// A time, which ends the line or is followed by a blank.
pub(super) fn time(cursor: &mut Cursor<'_>, read: fn(&str) -> Option<Timestamp>) -> Result<Timestamp, Fault> {
    let at = cursor.at();
    read(cursor.word()).ok_or_else(|| ParseFault::Time.at(at))
}
