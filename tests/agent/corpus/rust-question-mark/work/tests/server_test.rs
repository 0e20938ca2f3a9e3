#[path = "../src/server.rs"]
mod server;

use server::{parse_server, Error};

const SOURCE: &str = include_str!("../src/server.rs");

/// What is in parse_server, without comments.
fn body() -> String {
    let start = SOURCE.find("fn parse_server").expect("parse_server is there");
    let rest = &SOURCE[start..];
    let end = rest.find("\n}").expect("parse_server ends");
    rest[..end]
        .lines()
        .map(|line| line.split("//").next().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn complete() {
    let server = parse_server("example.org:8080/status/all").unwrap();
    assert_eq!(server.host, "example.org");
    assert_eq!(server.port, 8080);
    assert_eq!(server.path, "status/all");
}

#[test]
fn an_empty_path() {
    assert_eq!(parse_server("localhost:1/").unwrap().path, "");
}

#[test]
fn something_is_missing() {
    assert_eq!(parse_server(""), Err(Error::NoPath));
    assert_eq!(parse_server("localhost:80"), Err(Error::NoPath));
    assert_eq!(parse_server("localhost/a:1"), Err(Error::NoPort));
    assert_eq!(parse_server(":80/"), Err(Error::NoHost));
    assert_eq!(parse_server(":x/"), Err(Error::NoHost));
}

#[test]
fn bad_ports() {
    for port in &["", "x", "70000", "-1", "80 "] {
        let text = format!("localhost:{}/", port);
        assert_eq!(parse_server(&text), Err(Error::BadPort(port.to_string())));
    }
}

#[test]
fn question_marks_take_the_place_of_matches() {
    let body = body();
    assert!(body.contains('?'), "parse_server has no ?");
    for word in &["match ", "if let", "unwrap", "expect("] {
        assert!(!body.contains(word), "parse_server contains {}", word);
    }
}
