#[path = "../src/ini.rs"]
mod ini;

use ini::{Ini, ParseError};

const SERVER: &str = "\
name = example

[server]
port = 8080   ; not 80
command = run --mode=fast --level=3

[client]
retries=2

[server]
host = localhost
";

#[test]
fn keys_before_the_first_section() {
    let ini = Ini::parse(SERVER).unwrap();
    assert_eq!(ini.get("", "name"), Some("example"));
}

#[test]
fn sections_and_comments() {
    let ini = Ini::parse(SERVER).unwrap();
    assert_eq!(ini.get("client", "retries"), Some("2"));
    assert_eq!(ini.get("client", "port"), None);
    assert_eq!(ini.get("nowhere", "port"), None);
}

#[test]
fn a_value_may_hold_equals_signs() {
    let ini = Ini::parse("[a]\nquery = x=1&y=2\n").unwrap();
    assert_eq!(ini.get("a", "query"), Some("x=1&y=2"));
}

#[test]
fn a_section_may_be_continued() {
    let ini = Ini::parse(SERVER).unwrap();
    assert_eq!(ini.get("server", "host"), Some("localhost"));
    assert_eq!(ini.get("server", "port"), Some("8080"));
    assert_eq!(ini.get("server", "command"), Some("run --mode=fast --level=3"));
}

#[test]
fn the_last_of_equal_keys_counts() {
    let ini = Ini::parse("a = 1\na = 2\n").unwrap();
    assert_eq!(ini.get("", "a"), Some("2"));
}

#[test]
fn an_empty_value() {
    assert_eq!(Ini::parse("a =\n").unwrap().get("", "a"), Some(""));
}

#[test]
fn a_line_that_is_neither() {
    assert_eq!(Ini::parse("a = 1\nb\n").unwrap_err(), ParseError { line: 2 });
}
