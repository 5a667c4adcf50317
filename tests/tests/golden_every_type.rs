//! Exact pages of every type, in each format and with each way to escape names. After a change that is meant, run with
//! `UPDATE_GOLDEN=1` and read the difference.

#[allow(dead_code, reason = "shared with other tests")]
mod every_type;
mod messages;

use metrics_core::Registry;
use metrics_core::name::EscapingScheme;
use metrics_exposition::{EncoderOptions, FORMATS, Format, parse};
use std::path::Path;
use std::sync::Arc;

fn registry() -> Registry {
    let (registry, mut families) = (Registry::new(), every_type::all().unwrap());
    families.extend(every_type::with_odd_names().unwrap());
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

fn page(format: &Format, escaping: EscapingScheme) -> Vec<u8> {
    let mut encoder = format.encoder(EncoderOptions { escaping, created: true });
    encoder.encode(&registry());
    encoder.take()
}

/// Messages as text, a line for each metric.
fn shown(format: &Format, page: Vec<u8>) -> String {
    if format.media_type() != "application/vnd.google.protobuf" {
        return String::from_utf8(page).unwrap();
    }
    let mut shown = String::new();
    for family in messages::read(&page) {
        let messages::MetricFamily { name, help, unit, metric, .. } = &family;
        shown += &format!("{:?} {name:?} {unit:?} {help:?}\n", family.r#type());
        metric.iter().for_each(|metric| shown += &format!("  {metric:?}\n"));
    }
    shown
}

#[test]
fn every_format_type_and_escaping() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/every_type");
    for format in FORMATS {
        for escaping in EscapingScheme::ALL {
            // The others nobody can ask for.
            if format.version() == "0.0.4" && escaping != EscapingScheme::Underscores {
                continue;
            }
            let file = match (format.media_type(), format.version()) {
                ("text/plain", version) => format!("{version}-{escaping}.txt"),
                (_, "1.0.0") => format!("{escaping}.om"),
                (_, "2.0.0") => format!("{escaping}.om2"),
                _ => format!("{escaping}.messages"),
            };
            let (path, page) = (folder.join(&file), shown(format, page(format, escaping)));
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                std::fs::write(&path, &page).unwrap();
            }
            let expected = std::fs::read_to_string(&path).unwrap();
            for (number, (line, expected)) in page.split('\n').zip(expected.split('\n')).enumerate() {
                assert_eq!(line, expected, "line {} of {file}", number + 1);
            }
            assert_eq!(page, expected, "{file}");
        }
    }
}

/// Strict readers take each of them.
#[test]
fn they_can_be_read() {
    for escaping in EscapingScheme::ALL {
        for format in FORMATS {
            let page = page(format, escaping);
            let families: Result<Vec<_>, _> = match (format.media_type(), format.version()) {
                ("text/plain", _) => parse::text::parse(&page).collect(),
                ("application/openmetrics-text", "1.0.0") => parse::openmetrics::parse(&page).collect(),
                _ => continue,
            };
            let families = families.unwrap_or_else(|error| panic!("{format:?} {escaping}: {error}"));
            assert!(families.len() >= 18, "{format:?} {escaping}");
        }
    }
}
