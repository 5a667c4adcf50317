//! One line of a page.

pub(crate) type Parts = (String, Vec<(String, String)>, String);

/// `name{label="value",…} number`
pub(crate) fn sample(line: &str) -> Result<Parts, String> {
    let fail = |what: &str| format!("{what}: {line}");
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).ok_or(fail("no value"))?;
    let (name, mut rest) = line.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(fail("bad name"));
    }
    let mut labels = Vec::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, quoted) = rest.split_once("=\"").ok_or(fail("label without value"))?;
            if label.is_empty() || !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(fail("bad label name"));
            }
            let mut backslash = false;
            let end = quoted.find(|c| {
                let closes = c == '"' && !backslash;
                backslash = c == '\\' && !backslash;
                closes
            });
            let (value, behind) = quoted.split_at(end.ok_or(fail("open quotes"))?);
            labels.push((label.to_owned(), unescape(value, true)?));
            rest = &behind[1..];
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').ok_or(fail("open braces"))?;
    }
    let value = rest.strip_prefix(' ').ok_or(fail("no blank"))?;
    Ok((name.to_owned(), labels, value.to_owned()))
}

pub(crate) fn unescape(text: &str, quotes: bool) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match (c, quotes) {
            ('\\', _) => match chars.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                Some('"') if quotes => '"',
                other => return Err(format!("escape of {other:?}")),
            },
            ('"', true) => return Err("bare quotes".into()),
            (c, _) => c,
        });
    }
    Ok(out)
}
