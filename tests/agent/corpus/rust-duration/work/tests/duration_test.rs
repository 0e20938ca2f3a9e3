#[path = "../src/duration.rs"]
mod duration;

use duration::{format, parse, ParseError};

#[test]
fn single_units() {
    assert_eq!(parse("45s"), Ok(45));
    assert_eq!(parse("2m"), Ok(120));
    assert_eq!(parse("1h"), Ok(3600));
    assert_eq!(parse("3d"), Ok(259200));
    assert_eq!(parse("0s"), Ok(0));
}

#[test]
fn several_units() {
    assert_eq!(parse("1h30m"), Ok(5400));
    assert_eq!(parse("1d2h3m4s"), Ok(93784));
    assert_eq!(parse("1d1s"), Ok(86401));
    assert_eq!(parse("90m100s"), Ok(5500));
}

#[test]
fn incomplete_text() {
    assert_eq!(parse(""), Err(ParseError::Empty));
    assert_eq!(parse("12"), Err(ParseError::Incomplete));
    assert_eq!(parse("1h30"), Err(ParseError::Incomplete));
    assert_eq!(parse("h"), Err(ParseError::Incomplete));
    assert_eq!(parse("1hm"), Err(ParseError::Incomplete));
}

#[test]
fn unknown_units() {
    assert_eq!(parse("3w"), Err(ParseError::UnknownUnit('w')));
    assert_eq!(parse("1h 30m"), Err(ParseError::UnknownUnit(' ')));
    assert_eq!(parse("-1h"), Err(ParseError::UnknownUnit('-')));
    assert_eq!(parse("5ü"), Err(ParseError::UnknownUnit('ü')));
}

#[test]
fn order_of_units() {
    assert_eq!(parse("30m1h"), Err(ParseError::WrongOrder));
    assert_eq!(parse("1m1m"), Err(ParseError::WrongOrder));
    assert_eq!(parse("1s2d3x"), Err(ParseError::WrongOrder));
}

#[test]
fn large_numbers() {
    assert_eq!(parse("18446744073709551615s"), Ok(u64::MAX));
    assert_eq!(parse("18446744073709551616s"), Err(ParseError::TooLarge));
    assert_eq!(parse("18446744073709551615m"), Err(ParseError::TooLarge));
    assert_eq!(parse("1m18446744073709551615s"), Err(ParseError::TooLarge));
}

#[test]
fn format_leaves_out_what_is_zero() {
    assert_eq!(format(0), "0s");
    assert_eq!(format(59), "59s");
    assert_eq!(format(60), "1m");
    assert_eq!(format(3601), "1h1s");
    assert_eq!(format(93784), "1d2h3m4s");
}

#[test]
fn parse_undoes_format() {
    for &seconds in &[0, 1, 59, 60, 61, 3599, 86399, 86400, 1_000_000, u64::MAX] {
        assert_eq!(parse(&format(seconds)), Ok(seconds));
    }
}
