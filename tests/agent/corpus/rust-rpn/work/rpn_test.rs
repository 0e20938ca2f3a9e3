mod rpn;

use rpn::evaluate;

fn error_of(expression: &str) -> String {
    evaluate(expression).unwrap_err()
}

#[test]
fn adds_and_multiplies() {
    assert_eq!(evaluate("3 4 +"), Ok(7.0));
    assert_eq!(evaluate("3 4 + 2 *"), Ok(14.0));
}

#[test]
fn subtracts_the_second_from_the_first() {
    assert_eq!(evaluate("10 4 -"), Ok(6.0));
    assert_eq!(evaluate("1 2 3 - -"), Ok(2.0));
}

#[test]
fn divides_the_first_by_the_second() {
    assert_eq!(evaluate("12 4 /"), Ok(3.0));
    assert_eq!(evaluate("0 5 /"), Ok(0.0));
}

#[test]
fn a_single_number() {
    assert_eq!(evaluate(" -2.5 "), Ok(-2.5));
}

#[test]
fn errors() {
    assert_eq!(error_of(""), "nothing to evaluate");
    assert_eq!(error_of("1 +"), "too few numbers");
    assert_eq!(error_of("1 2"), "too many numbers");
    assert_eq!(error_of("1 x +"), "not a number: x");
    assert_eq!(error_of("1 0 /"), "division by zero");
}
