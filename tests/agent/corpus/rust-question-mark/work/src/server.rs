//! Reads where a server listens: "host:port/path".

#[derive(Debug, PartialEq)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub path: String,
}

#[derive(Debug, PartialEq)]
pub enum Error {
    NoPath,
    NoPort,
    NoHost,
    BadPort(String),
}

/// The text before the separator and that behind it.
fn split(text: &str, separator: char) -> Option<(&str, &str)> {
    let position = text.find(separator)?;
    Some((&text[..position], &text[position + separator.len_utf8()..]))
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

pub fn parse_server(text: &str) -> Result<Server, Error> {
    match split(text, '/') {
        Some((address, path)) => match split(address, ':') {
            Some((host, port)) => match non_empty(host) {
                Some(host) => match port.parse::<u16>() {
                    Ok(port) => Ok(Server {
                        host: host.to_string(),
                        port,
                        path: path.to_string(),
                    }),
                    Err(_) => Err(Error::BadPort(port.to_string())),
                },
                None => Err(Error::NoHost),
            },
            None => Err(Error::NoPort),
        },
        None => Err(Error::NoPath),
    }
}
