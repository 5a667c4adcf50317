use crate::raw::{ask, connect, get};
use crate::{Served, small};
use metrics_exposition::server::{Listener, Options, ServerError, start};

#[test]
fn credentials_are_asked_for() {
    // Of two users, while one password is replaced by another.
    let options =
        Options::new().basic_auth("prometheus", "first").basic_auth("prometheus", "second").bearer_token("tok3n");
    let served = Served::new(&small(), options);
    let with = |header: &str| ask(connect(served.at), "GET", "/metrics", header);
    let table = [
        ("Authorization: Basic cHJvbWV0aGV1czpmaXJzdA==\r\n", 200),
        ("Authorization: Basic cHJvbWV0aGV1czpzZWNvbmQ=\r\n", 200),
        ("authorization: bearer tok3n\r\n", 200),
        ("Authorization: Basic cHJvbWV0aGV1czp0aGlyZA==\r\n", 401),
        ("Authorization: Basic %%%\r\n", 401),
        ("Authorization: Bearer tok3\r\n", 401),
        ("Authorization: Bearer tok3n\r\nAuthorization: Bearer tok3n\r\n", 401),
        ("", 401),
    ];
    for (header, status) in table {
        let answer = with(header);
        assert_eq!(answer.status, status, "{header}");
        assert_eq!(answer.text().contains("jobs_total 3\n"), status == 200, "{header}");
    }
    let challenges: Vec<_> =
        with("").headers.into_iter().filter(|(name, _)| name == "www-authenticate").map(|(_, value)| value).collect();
    assert_eq!(challenges, [r#"Basic realm="metrics", charset="UTF-8""#, r#"Bearer realm="metrics""#]);
    assert_eq!(served.count("refused_requests_total", &[("reason", "unauthorized")]), 6.0);

    // Who does not have them does not learn what there is.
    for path in ["/", "/other", "/metrics/"] {
        assert_eq!(get(served.at, path).status, 401, "{path}");
    }
    assert_eq!(ask(connect(served.at), "POST", "/-/healthy", "").status, 401);
    assert_eq!(get(served.at, "/-/healthy").status, 200);
}

#[test]
fn what_no_client_can_send_is_refused_and_not_shown() {
    let long = "hunter2".repeat(600);
    let table = [
        Options::new().basic_auth("", "hunter2"),
        Options::new().basic_auth("a:b", "hunter2"),
        Options::new().basic_auth("user", &long),
        Options::new().bearer_token(""),
        Options::new().bearer_token("hunter2 hunter2"),
        Options::new().bearer_token("hunter2\r\n"),
        Options::new().bearer_token(&long),
    ];
    for options in table {
        let shown = format!("{options:?}");
        let error = start(Listener::tcp("127.0.0.1:0").unwrap(), &small(), options).unwrap_err();
        assert!(matches!(error, ServerError::Credentials), "{error}");
        assert!(!format!("{error} {error:?} {shown}").contains("hunter2"));
    }
    for path in ["", "metrics", "/a b", "/a?b", "/ä", "/a#b"] {
        let error = start(Listener::tcp("127.0.0.1:0").unwrap(), &small(), Options::new().path(path)).unwrap_err();
        assert!(error.to_string().contains(&format!("{path:?}")), "{error}");
    }
}
