use std::fmt;

#[derive(Debug, PartialEq)]
pub enum Error {
    UnknownAccount(String),
    NotEnough { has: u64, needs: u64 },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::UnknownAccount(name) => write!(f, "there is no account {}", name),
            Error::NotEnough { has, needs } => write!(f, "{} needed, {} there", needs, has),
        }
    }
}
