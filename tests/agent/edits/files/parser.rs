use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Map(HashMap<String, Value>),
}

#[derive(Debug)]
pub enum ParseError {
    UnexpectedEnd,
    UnexpectedChar(char, usize),
    BadNumber(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseError::UnexpectedEnd => write!(f, "unexpected end of input"),
            ParseError::UnexpectedChar(c, at) => write!(f, "unexpected '{}' at {}", c, at),
            ParseError::BadNumber(text) => write!(f, "bad number \"{}\"", text),
        }
    }
}

pub struct Parser<'a> {
    input: &'a [u8],
    pos: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Self {
        Parser { input: text.as_bytes(), pos: 0, depth: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.input.get(self.pos).copied()
    }

    fn skip_whitespace(&mut self) {
        while let Some(b) = self.peek() {
            if !b.is_ascii_whitespace() {
                break;
            }
            self.pos += 1;
        }
    }

    fn expect(&mut self, wanted: u8) -> Result<(), ParseError> {
        match self.peek() {
            Some(b) if b == wanted => {
                self.pos += 1;
                Ok(())
            }
            Some(b) => Err(ParseError::UnexpectedChar(b as char, self.pos)),
            None => Err(ParseError::UnexpectedEnd),
        }
    }

    pub fn parse(&mut self) -> Result<Value, ParseError> {
        self.skip_whitespace();
        match self.peek() {
            None => Err(ParseError::UnexpectedEnd),
            Some(b'[') => self.parse_list(),
            Some(b'"') => Ok(Value::Text(self.parse_text()?)),
            Some(b) if b == b'-' || b.is_ascii_digit() => self.parse_number(),
            Some(b) => Err(ParseError::UnexpectedChar(b as char, self.pos)),
        }
    }

    fn parse_list(&mut self) -> Result<Value, ParseError> {
        self.expect(b'[')?;
        let mut items = Vec::new();
        loop {
            self.skip_whitespace();
            if self.peek() == Some(b']') {
                self.pos += 1;
                return Ok(Value::List(items));
            }
            items.push(self.parse()?);
            self.skip_whitespace();
            if self.peek() == Some(b',') {
                self.pos += 1;
            }
        }
    }

    fn parse_text(&mut self) -> Result<String, ParseError> {
        self.expect(b'"')?;
        let start = self.pos;
        while let Some(b) = self.peek() {
            if b == b'"' {
                let text = String::from_utf8_lossy(&self.input[start..self.pos]).into_owned();
                self.pos += 1;
                return Ok(text);
            }
            self.pos += 1;
        }
        Err(ParseError::UnexpectedEnd)
    }

    fn parse_number(&mut self) -> Result<Value, ParseError> {
        let start = self.pos;
        while let Some(b) = self.peek() {
            if !(b.is_ascii_digit() || b == b'-' || b == b'.') {
                break;
            }
            self.pos += 1;
        }
        let text = String::from_utf8_lossy(&self.input[start..self.pos]).into_owned();
        text.parse()
            .map(Value::Number)
            .map_err(|_| ParseError::BadNumber(text))
    }
}
