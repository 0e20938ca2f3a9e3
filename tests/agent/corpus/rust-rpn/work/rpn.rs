//! A calculator for reverse Polish notation.

/// Evaluates an expression such as "3 4 + 2 *", which is (3 + 4) * 2.
pub fn evaluate(expression: &str) -> Result<f64, String> {
    let mut stack: Vec<f64> = Vec::new();
    for token in expression.split_whitespace() {
        let value = match token {
            "+" | "-" | "*" | "/" => {
                let left = stack.pop().ok_or("too few numbers")?;
                let right = stack.pop().ok_or("too few numbers")?;
                apply(token, left, right)?
            }
            _ => token
                .parse()
                .map_err(|_| format!("not a number: {}", token))?,
        };
        stack.push(value);
    }
    match stack.len() {
        0 => Err("nothing to evaluate".to_string()),
        1 => Ok(stack[0]),
        _ => Err("too many numbers".to_string()),
    }
}

fn apply(operator: &str, left: f64, right: f64) -> Result<f64, String> {
    match operator {
        "+" => Ok(left + right),
        "-" => Ok(left - right),
        "*" => Ok(left * right),
        _ if right == 0.0 => Err("division by zero".to_string()),
        _ => Ok(left / right),
    }
}
