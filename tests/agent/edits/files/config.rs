use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Settings of the mail relay.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: String,
    pub port: u16,
    pub spool: PathBuf,
    pub max_size: u64,
    pub timeout: Duration,
    pub verbose: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: "127.0.0.1".to_string(),
            port: 2525,
            spool: PathBuf::from("/var/spool/relay"),
            max_size: 10 * 1024 * 1024,
            timeout: Duration::from_secs(30),
            verbose: false,
        }
    }
}

impl Config {
    pub fn load(path: &Path) -> Result<Config, String> {
        let text = fs::read_to_string(path)
            .map_err(|e| format!("cannot read {}: {}", path.display(), e))?;
        let mut config = Config::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line
                .split_once('=')
                .ok_or_else(|| format!("line {}: missing '='", index + 1))?;
            config.set(key.trim(), value.trim())?;
        }
        config.apply_env();
        Ok(config)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "listen" => self.listen = value.to_string(),
            "port" => {
                self.port = value.parse().map_err(|_| format!("bad port: {}", value))?;
            }
            "spool" => self.spool = PathBuf::from(value),
            "max_size" => {
                self.max_size = value.parse().map_err(|_| format!("bad size: {}", value))?;
            }
            "timeout" => {
                let seconds = value.parse().map_err(|_| format!("bad timeout: {}", value))?;
                self.timeout = Duration::from_secs(seconds);
            }
            "verbose" => self.verbose = value == "yes",
            other => return Err(format!("unknown key: {}", other)),
        }
        Ok(())
    }

    fn apply_env(&mut self) {
        if let Ok(value) = env::var("RELAY_LISTEN") {
            self.listen = value;
        }
        if let Ok(value) = env::var("RELAY_SPOOL") {
            self.spool = PathBuf::from(value);
        }
        if let Ok(value) = env::var("RELAY_VERBOSE") {
            self.verbose = value == "1";
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_port() {
        let mut config = Config::default();
        config.set("port", "25").unwrap();
        assert_eq!(config.port, 25);
    }

    #[test]
    fn rejects_bad_port() {
        let mut config = Config::default();
        assert!(config.set("port", "x").is_err());
    }

    #[test]
    fn rejects_unknown_key() {
        let mut config = Config::default();
        assert!(config.set("colour", "red").is_err());
    }
}
