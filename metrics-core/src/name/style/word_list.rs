/// The words of a name, between underscores.
#[derive(Clone, Copy)]
pub(super) struct WordList<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> WordList<'a> {
    pub(super) const fn of(name: &'a [u8]) -> Self {
        Self { rest: if name.is_empty() { None } else { Some(name) } }
    }

    pub(super) const fn next(&mut self) -> Option<&'a [u8]> {
        let Some(rest) = self.rest else { return None };
        let mut len = 0;
        while len < rest.len() && rest[len] != b'_' {
            len += 1;
        }
        let (word, behind) = rest.split_at(len);
        self.rest = match behind {
            [_, behind @ ..] => Some(behind),
            [] => None,
        };
        Some(word)
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.rest.is_none()
    }
}

pub(super) const fn last_word(name: &[u8]) -> &[u8] {
    let mut from = name.len();
    while from > 0 && name[from - 1] != b'_' {
        from -= 1;
    }
    name.split_at(from).1
}

pub(super) const fn equal_ignoring_case(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if !a[i].eq_ignore_ascii_case(&b[i]) {
            return false;
        }
        i += 1;
    }
    true
}
