//! `rename_all`: the cases that names can be put into.

use darling::{Error, FromMeta};

/// One of serde's cases, or `none` for names as they stand in the source.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Case {
    Camel,
    Kebab,
    Lower,
    None,
    Pascal,
    ScreamingKebab,
    ScreamingSnake,
    Snake,
    Upper,
}

impl Case {
    const NAMES: [(&'static str, Self); 9] = [
        ("camelCase", Self::Camel),
        ("kebab-case", Self::Kebab),
        ("lowercase", Self::Lower),
        ("none", Self::None),
        ("PascalCase", Self::Pascal),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("snake_case", Self::Snake),
        ("UPPERCASE", Self::Upper),
    ];

    pub(crate) fn apply(self, name: &str) -> String {
        let words = words(name);
        let lower = || words.iter().map(|word| word.to_lowercase());
        let upper = || words.iter().map(|word| word.to_uppercase());
        match self {
            Self::Camel => {
                words.iter().enumerate().map(|(i, w)| if i == 0 { w.to_lowercase() } else { capital(w) }).collect()
            }
            Self::Kebab => lower().collect::<Vec<_>>().join("-"),
            Self::Lower => lower().collect(),
            Self::None => name.to_owned(),
            Self::Pascal => words.iter().map(|word| capital(word)).collect(),
            Self::ScreamingKebab => upper().collect::<Vec<_>>().join("-"),
            Self::ScreamingSnake => upper().collect::<Vec<_>>().join("_"),
            Self::Snake => lower().collect::<Vec<_>>().join("_"),
            Self::Upper => upper().collect(),
        }
    }
}

impl FromMeta for Case {
    fn from_string(value: &str) -> darling::Result<Self> {
        match Self::NAMES.iter().find(|(name, _)| *name == value) {
            Some((_, case)) => Ok(*case),
            None => {
                let known: Vec<_> = Self::NAMES.iter().map(|(name, _)| format!("`{name}`")).collect();
                Err(Error::custom(format!("unknown case `{value}`; there are {}", known.join(", "))))
            }
        }
    }
}

/// The words of an identifier, of whatever case: `HTTPServer_v2` is `HTTP`, `Server`, `v2`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (i, c) in chars.iter().enumerate() {
        if *c == '_' {
            words.push(String::new());
            continue;
        }
        let before = i.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(i + 1);
        let starts =
            c.is_uppercase() && before.is_some_and(|b| !b.is_uppercase() || after.is_some_and(|a| a.is_lowercase()));
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(*c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case() {
        let table = [
            (Case::Camel, "httpServerV2"),
            (Case::Kebab, "http-server-v2"),
            (Case::Lower, "httpserverv2"),
            (Case::None, "HTTPServerV2"),
            (Case::Pascal, "HttpServerV2"),
            (Case::ScreamingKebab, "HTTP-SERVER-V2"),
            (Case::ScreamingSnake, "HTTP_SERVER_V2"),
            (Case::Snake, "http_server_v2"),
            (Case::Upper, "HTTPSERVERV2"),
        ];
        for (case, expected) in table {
            assert_eq!(case.apply("HTTPServerV2"), expected, "{case:?}");
        }
    }

    #[test]
    fn words_of_any_case() {
        for (name, expected) in [
            ("Get", "get"),
            ("NotFound", "not_found"),
            ("not_found", "not_found"),
            ("_private", "private"),
            ("Http2Server", "http2_server"),
            ("IOError", "io_error"),
            ("X", "x"),
            ("ÄÖ", "äö"),
        ] {
            assert_eq!(Case::Snake.apply(name), expected);
        }
    }
}
