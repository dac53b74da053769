//! Reading and writing the members of stored JSON objects, with caps and with a name for each refusal.
//!
//! What a reader does not take stays in the map and is written back: that is how members of a newer
//! version survive an older one.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::{
    error::{Error, Invalid, Reason},
    patient::write_time,
    text::{clean_line, clean_text},
};

/// An object that is being taken apart.
pub(crate) struct Members {
    prefix: String,
    map: Map<String, Value>,
}

impl Members {
    /// Takes an object; `prefix` names it in refusals.
    pub(crate) fn of(prefix: &str, value: Value) -> Result<Self, Invalid> {
        match value {
            Value::Object(map) if map.len() <= 256 => Ok(Self {
                prefix: prefix.to_owned(),
                map,
            }),
            Value::Object(_) => Err(Invalid::new(prefix, Reason::TooLarge)),
            _ => Err(Invalid::new(prefix, Reason::NotAnObject)),
        }
    }

    /// Parses bytes of at most `max` length into an object.
    pub(crate) fn from_bytes(what: &'static str, bytes: &[u8], max: usize) -> Result<Self, Error> {
        if bytes.len() > max {
            return Err(Error::TooLarge { what, max });
        }
        let value = serde_json::from_slice(bytes).map_err(|_| Error::Decode {
            what,
            why: "not JSON",
        })?;
        Ok(Self::of(what, value)?)
    }

    pub(crate) fn invalid(&self, name: &str, reason: Reason) -> Invalid {
        let dot = if self.prefix.is_empty() { "" } else { "." };
        Invalid::new(format!("{}{dot}{name}", self.prefix), reason)
    }

    /// The member as it is; null counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.shift_remove(name).filter(|v| !v.is_null())
    }

    /// A cleaned text of several lines, empty when absent or blank.
    pub(crate) fn text(&mut self, name: &str, max_chars: usize) -> Result<String, Invalid> {
        self.cleaned(name, |text| clean_text(text, max_chars))
    }

    /// A cleaned text of one line, empty when absent or blank.
    pub(crate) fn line(&mut self, name: &str, max_chars: usize) -> Result<String, Invalid> {
        self.cleaned(name, |text| clean_line(text, max_chars))
    }

    fn cleaned(
        &mut self,
        name: &str,
        clean: impl Fn(&str) -> Result<String, Reason>,
    ) -> Result<String, Invalid> {
        let text = match self.take(name) {
            None => return Ok(String::new()),
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(self.invalid(name, Reason::NotText)),
        };
        if text.trim().is_empty() {
            return Ok(String::new());
        }
        clean(&text).map_err(|reason| self.invalid(name, reason))
    }

    /// Any text that parses, such as an id.
    pub(crate) fn parsed<T: FromStr>(
        &mut self,
        name: &str,
        reason: Reason,
    ) -> Result<Option<T>, Invalid> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => text
                .parse()
                .map(Some)
                .map_err(|_| self.invalid(name, reason)),
            Some(_) => Err(self.invalid(name, Reason::NotText)),
        }
    }

    /// A time with offset.
    pub(crate) fn time(&mut self, name: &str) -> Result<Option<DateTime<FixedOffset>>, Invalid> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= 64 => {
                DateTime::parse_from_rfc3339(text.trim())
                    .map(Some)
                    .map_err(|_| self.invalid(name, Reason::NotATime))
            }
            Some(_) => Err(self.invalid(name, Reason::NotATime)),
        }
    }

    /// A flag, false when absent.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Invalid> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.invalid(name, Reason::NotAFlag)),
        }
    }

    /// A whole number from 0 on.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, Invalid> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number
                .as_u64()
                .map(Some)
                .ok_or(self.invalid(name, Reason::OutOfRange)),
            Some(_) => Err(self.invalid(name, Reason::NotANumber)),
        }
    }

    /// A list of at most `max` values, empty when absent.
    pub(crate) fn list(&mut self, name: &str, max: usize) -> Result<Vec<Value>, Invalid> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) if items.len() <= max => Ok(items),
            Some(Value::Array(_)) => Err(self.invalid(name, Reason::TooLarge)),
            Some(_) => Err(self.invalid(name, Reason::NotText)),
        }
    }

    /// What nobody took.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.map
    }
}

/// Builds an object and leaves out what is empty.
pub(crate) struct Building(Map<String, Value>);

impl Building {
    /// Begins with the members of a newer version.
    pub(crate) fn on(rest: &Map<String, Value>) -> Self {
        Self(rest.clone())
    }

    pub(crate) fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        if text.is_empty() {
            self.without(name)
        } else {
            self.set(name, text)
        }
    }

    pub(crate) fn some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self.without(name),
        }
    }

    pub(crate) fn time(self, name: &str, at: Option<&DateTime<FixedOffset>>) -> Self {
        self.some(name, at.map(write_time))
    }

    pub(crate) fn flag(self, name: &str, flag: bool) -> Self {
        if flag {
            self.set(name, true)
        } else {
            self.without(name)
        }
    }

    pub(crate) fn list(self, name: &str, items: Vec<Value>) -> Self {
        if items.is_empty() {
            self.without(name)
        } else {
            self.set(name, items)
        }
    }

    fn without(mut self, name: &str) -> Self {
        self.0.shift_remove(name);
        self
    }

    /// The object with its keys in order, at every depth.
    pub(crate) fn value(self) -> Value {
        let mut value = Value::Object(self.0);
        value.sort_all_objects();
        value
    }
}

/// The canonical bytes of a sorted value, at most `max` of them.
pub(crate) fn canonical(what: &'static str, value: &Value, max: usize) -> Result<Vec<u8>, Error> {
    let bytes = value.to_string().into_bytes();
    if bytes.len() > max {
        Err(Error::TooLarge { what, max })
    } else {
        Ok(bytes)
    }
}
