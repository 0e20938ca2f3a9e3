//! Simple statistics on measured values.

pub fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |total, value| total + value)
}

pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(sum(values) / values.len() as f64)
}

/// How many values are above the limit.
pub fn count_above(values: &[f64], limit: f64) -> usize {
    values.iter().filter(|value| **value > limit).count()
}

/// Where the first value above the limit is.
pub fn first_above(values: &[f64], limit: f64) -> Option<usize> {
    values.iter().position(|value| *value > limit)
}

/// The sum of the products of values and weights. Where one list is longer, its rest is left out.
pub fn weighted_sum(values: &[f64], weights: &[f64]) -> f64 {
    let products = values.iter().zip(weights).map(|(value, weight)| value * weight);
    products.fold(0.0, |total, product| total + product)
}

/// The differences between each value and the next one.
pub fn steps(values: &[f64]) -> Vec<f64> {
    let next = values.iter().skip(1);
    next.zip(values).map(|(next, value)| next - value).collect()
}
