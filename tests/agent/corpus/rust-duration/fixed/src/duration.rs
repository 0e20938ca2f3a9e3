//! Durations as people write them: "90s", "1h30m", "2d".

const UNITS: [(char, u64); 4] = [('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

#[derive(Debug, PartialEq)]
pub enum ParseError {
    Empty,
    /// A unit without a number before it, or a number without a unit behind it.
    Incomplete,
    UnknownUnit(char),
    /// Units must get smaller from one to the next: neither "30m1h" nor "1m1m".
    WrongOrder,
    TooLarge,
}

/// The seconds of a duration such as "1d2h3m4s". Each unit may be left out, but not all of them.
/// What is met first from left to right decides which error it is.
pub fn parse(text: &str) -> Result<u64, ParseError> {
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    let mut total: u64 = 0;
    let mut number: Option<u64> = None;
    let mut last_factor = u64::MAX;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let longer = number
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|n| n.checked_add(u64::from(digit)));
            number = Some(longer.ok_or(ParseError::TooLarge)?);
            continue;
        }
        let factor = UNITS
            .iter()
            .find(|(unit, _)| *unit == c)
            .map(|(_, factor)| *factor)
            .ok_or(ParseError::UnknownUnit(c))?;
        let count = number.take().ok_or(ParseError::Incomplete)?;
        if factor >= last_factor {
            return Err(ParseError::WrongOrder);
        }
        last_factor = factor;
        total = count
            .checked_mul(factor)
            .and_then(|seconds| seconds.checked_add(total))
            .ok_or(ParseError::TooLarge)?;
    }
    match number {
        Some(_) => Err(ParseError::Incomplete),
        None => Ok(total),
    }
}

/// The shortest text that `parse` reads as this many seconds; "0s" for none.
pub fn format(seconds: u64) -> String {
    let mut text = String::new();
    let mut rest = seconds;
    for (unit, factor) in UNITS.iter() {
        if rest >= *factor {
            text.push_str(&(rest / factor).to_string());
            text.push(*unit);
            rest %= factor;
        }
    }
    if text.is_empty() {
        text.push_str("0s");
    }
    text
}
