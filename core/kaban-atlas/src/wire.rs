//! The protocol-buffer wire format of map files and tiles: just enough to walk a message, with every length checked.

use crate::varint;

/// What is wrong with a message; the caller adds where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub &'static str);

/// One field's value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Fixed 32 or 64 bits; nothing Kaban reads has them, so they are only stepped over.
    Fixed,
}

impl<'a> Value<'a> {
    pub fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed("a field has the wrong type")),
        }
    }

    pub fn varint(self) -> Result<u64, Malformed> {
        match self {
            Value::Varint(value) => Ok(value),
            _ => Err(Malformed("a field has the wrong type")),
        }
    }

    /// Appends a repeated number, packed or not.
    pub fn append_to(self, out: &mut Vec<u64>) -> Result<(), Malformed> {
        match self {
            Value::Varint(value) => out.push(value),
            Value::Bytes(bytes) => {
                let mut wire = Wire(bytes);
                while !wire.0.is_empty() {
                    out.push(wire.varint()?);
                }
            }
            Value::Fixed => return Err(Malformed("a field has the wrong type")),
        }
        Ok(())
    }
}

/// A cursor over a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire<'a>(pub &'a [u8]);

impl<'a> Wire<'a> {
    /// The next field's number and value, `None` at the end.
    pub fn field(&mut self) -> Result<Option<(u64, Value<'a>)>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length)
                    .map_err(|_| Malformed("a length is beyond the message"))?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            _ => return Err(Malformed("an unknown wire type")),
        };
        Ok(Some((key >> 3, value)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self
            .0
            .split_at_checked(length)
            .ok_or(Malformed("a length is beyond the message"))?;
        self.0 = tail;
        Ok(head)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        varint::read(&mut self.0).ok_or(Malformed("a number does not end"))
    }
}
