//! Reads configuration files of the form
//!
//! ```ini
//! name = example
//! [server]
//! port = 8080   ; a comment
//! ```

use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Ini {
    sections: HashMap<String, HashMap<String, String>>,
}

#[derive(Debug, PartialEq)]
pub struct ParseError {
    pub line: usize,
}

impl Ini {
    /// Keys before the first section belong to the section "". A section may be continued later
    /// in the file; of equal keys the last one counts.
    pub fn parse(text: &str) -> Result<Ini, ParseError> {
        let mut ini = Ini::default();
        let mut section = String::new();
        for (index, line) in text.lines().enumerate() {
            let line = without_comment(line).trim();
            if line.is_empty() {
                continue;
            }
            if line.starts_with('[') && line.ends_with(']') {
                section = line[1..line.len() - 1].trim().to_string();
                ini.sections.entry(section.clone()).or_default();
                continue;
            }
            let equals = line.find('=').ok_or(ParseError { line: index + 1 })?;
            let (key, value) = (&line[..equals], &line[equals + 1..]);
            ini.sections
                .entry(section.clone())
                .or_default()
                .insert(key.trim().to_string(), value.trim().to_string());
        }
        Ok(ini)
    }

    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        self.sections.get(section)?.get(key).map(String::as_str)
    }
}

fn without_comment(line: &str) -> &str {
    match line.find(';') {
        Some(position) => &line[..position],
        None => line,
    }
}
