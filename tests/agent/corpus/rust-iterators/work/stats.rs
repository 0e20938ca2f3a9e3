//! Simple statistics on measured values.

pub fn sum(values: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..values.len() {
        total += values[i];
    }
    total
}

pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(sum(values) / values.len() as f64)
}

/// How many values are above the limit.
pub fn count_above(values: &[f64], limit: f64) -> usize {
    let mut count = 0;
    for i in 0..values.len() {
        if values[i] > limit {
            count += 1;
        }
    }
    count
}

/// Where the first value above the limit is.
pub fn first_above(values: &[f64], limit: f64) -> Option<usize> {
    for i in 0..values.len() {
        if values[i] > limit {
            return Some(i);
        }
    }
    None
}

/// The sum of the products of values and weights. Where one list is longer, its rest is left out.
pub fn weighted_sum(values: &[f64], weights: &[f64]) -> f64 {
    let mut total = 0.0;
    let length = values.len().min(weights.len());
    for i in 0..length {
        total += values[i] * weights[i];
    }
    total
}

/// The differences between each value and the next one.
pub fn steps(values: &[f64]) -> Vec<f64> {
    let mut result = Vec::new();
    for i in 1..values.len() {
        result.push(values[i] - values[i - 1]);
    }
    result
}
