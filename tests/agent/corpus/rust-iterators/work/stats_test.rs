mod stats;

const SOURCE: &str = include_str!("stats.rs");
const VALUES: [f64; 5] = [2.0, 8.0, -1.0, 8.5, 0.5];

#[test]
fn sum_and_mean() {
    assert_eq!(stats::sum(&VALUES), 18.0);
    assert_eq!(stats::sum(&[]), 0.0);
    assert_eq!(stats::mean(&VALUES), Some(3.6));
    assert_eq!(stats::mean(&[]), None);
}

#[test]
fn count_above() {
    assert_eq!(stats::count_above(&VALUES, 1.0), 3);
    assert_eq!(stats::count_above(&VALUES, 8.5), 0);
}

#[test]
fn first_above() {
    assert_eq!(stats::first_above(&VALUES, 1.0), Some(0));
    assert_eq!(stats::first_above(&VALUES, 8.0), Some(3));
    assert_eq!(stats::first_above(&VALUES, 9.0), None);
}

#[test]
fn weighted_sum() {
    assert_eq!(stats::weighted_sum(&VALUES, &[1.0, 0.5, 2.0]), 4.0);
    assert_eq!(stats::weighted_sum(&[3.0], &[2.0, 100.0]), 6.0);
    assert_eq!(stats::weighted_sum(&[], &[]), 0.0);
}

#[test]
fn steps() {
    assert_eq!(stats::steps(&VALUES), [6.0, -9.0, 9.5, -8.0]);
    assert!(stats::steps(&[1.0]).is_empty());
    assert!(stats::steps(&[]).is_empty());
}

#[test]
fn no_index_is_counted() {
    assert!(!SOURCE.contains("0.."), "there is a range from 0");
    assert!(!SOURCE.contains("in 1.."), "there is a loop over a range from 1");
    assert!(!SOURCE.contains("[i"), "something is indexed with [i]");
}
