#[path = "../../../examples/flexible_names.rs"]
#[allow(dead_code, reason = "its main function")]
mod example;

use super::client::request;
use super::{pages, serve};
use example::{register, register_as_allowed};
use metrics_core::name::Validation;
use metrics_core::{RegisterError, Registry};

#[tokio::test]
async fn names_of_any_characters_are_escaped_on_pages() {
    let registry = Registry::new();
    register(&registry).unwrap();
    register_as_allowed(&registry, "jobs.done").unwrap().inc();
    // As they were given …
    let names: Vec<String> = registry.descs().into_iter().map(|desc| desc.name).collect();
    assert_eq!(names, ["http.server.requests", "hw.temperature_celsius", "jobs.done"]);
    let labels = [("http.request.method", "POST"), ("url.path", "/")];
    assert_eq!(registry.get_sample_value("http.server.requests_total", &labels), Some(1.0));
    // … and as every reader knows them.
    let pages = pages(serve(&registry).await).await;
    let text = r#"# HELP http_server_requests_total Requests served.
# TYPE http_server_requests_total counter
http_server_requests_total{http_request_method="GET",url_path="/größe"} 3
http_server_requests_total{http_request_method="POST",url_path="/"} 1
# HELP hw_temperature_celsius Temperature of a part.
# TYPE hw_temperature_celsius gauge
hw_temperature_celsius{hw_id="cpu0"} 21.5
# HELP jobs_done_total Jobs done.
# TYPE jobs_done_total counter
jobs_done_total 1
"#;
    assert_eq!(pages.text, text);
    let openmetrics = r#"# TYPE http_server_requests counter
# HELP http_server_requests Requests served.
http_server_requests_total{http_request_method="GET",url_path="/größe"} 3
http_server_requests_total{http_request_method="POST",url_path="/"} 1
# TYPE hw_temperature_celsius gauge
# UNIT hw_temperature_celsius celsius
# HELP hw_temperature_celsius Temperature of a part.
hw_temperature_celsius{hw_id="cpu0"} 21.5
# TYPE jobs_done counter
# HELP jobs_done Jobs done.
jobs_done_total 1
# EOF
"#;
    assert_eq!(pages.openmetrics, openmetrics);
}

/// As Prometheus 3 asks for them.
#[tokio::test]
async fn names_are_as_they_were_given_for_those_who_know_them() {
    let registry = Registry::new();
    register(&registry).unwrap();
    let server = serve(&registry).await;
    for (scheme, sample) in [
        ("allow-utf-8", r#"{"http.server.requests_total","http.request.method"="POST","url.path"="/"} 1"#),
        ("dots", r#"http_dot_server_dot_requests__total{http_dot_request_dot_method="POST",url_dot_path="/"} 1"#),
        ("values", r#"U__http_2e_server_2e_requests__total{U__http_2e_request_2e_method="POST",U__url_2e_path="/"} 1"#),
    ] {
        let accept = format!("Accept: application/openmetrics-text;version=1.0.0;escaping={scheme}\r\n");
        let answer = request(server, "GET", "/metrics", accept.as_bytes()).await;
        assert!(answer.header("content-type").unwrap().ends_with(&format!("; escaping={scheme}")));
        assert!(answer.text().lines().any(|line| line == sample), "{}", answer.text());
    }
}

#[tokio::test]
async fn the_legacy_switch_refuses_them_and_keeps_what_is_there() {
    let registry = Registry::new();
    registry.set_validation(Validation::Legacy);
    let error = register(&registry).unwrap_err();
    assert!(matches!(&error, RegisterError::Broken { what, .. } if what.contains("hw.temperature")), "{error}");
    assert!(error.to_string().contains("legacy validation"), "{error}");
    register_as_allowed(&registry, "jobs.done").unwrap().inc();
    let jobs = "jobs_done_total 1";
    let refused = pages(serve(&registry).await).await;
    refused.assert_lines(&[jobs]);
    refused.assert_none(&["http_", "hw_"]);
    assert_eq!(registry.descs()[0].name, "jobs_done", "named so, and not escaped later");

    registry.set_validation(Validation::Utf8);
    register(&registry).unwrap();
    registry.set_validation(Validation::Legacy);
    pages(serve(&registry).await).await.assert_lines(&[jobs, r#"hw_temperature_celsius{hw_id="cpu0"} 21.5"#]);
}

#[test]
fn names_that_are_one_when_escaped_clash() {
    let registry = Registry::new();
    register_as_allowed(&registry, "jobs.done").unwrap();
    let error = register_as_allowed(&registry, "jobs_done").unwrap_err();
    assert!(matches!(&error, RegisterError::Clash { other_name, .. } if other_name == "jobs.done"), "{error}");
}
