//! The instructions of a pickle, of protocols 0 to 5, as Python's `pickletools` lists them.

use std::str;

use super::error::TorchError;
use super::value::Value;

/// An instruction, with its argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op<'a> {
    Push(Value<'a>),
    Mark,
    Stop,
    Pop,
    PopToMark,
    Dup,
    /// A class or function, by module and name.
    Global(&'a str, &'a str),
    /// The same, both from the stack.
    StackGlobal,
    /// An empty list, tuple or set.
    EmptyItems,
    EmptyDict,
    /// A list, tuple or set of all since the mark.
    Items,
    Dict,
    /// A tuple of so many.
    Tuple(usize),
    Append,
    Appends,
    SetItem,
    SetItems,
    Put(u64),
    /// Puts under the next number.
    Memoize,
    Get(u64),
    Persistent,
    Reduce,
    Build,
    New,
    NewWithNames,
    /// Of this class, from all since the mark.
    Instance(&'a str, &'a str),
    /// Of the class at the mark, from all behind it.
    Object,
    Nothing,
}

/// The bytes of one or several pickles.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// So many bytes; `within` is said where there are fewer.
    pub fn take(&mut self, count: u64, within: &str) -> Result<&'a [u8], TorchError> {
        let rest = &self.bytes[self.at..];
        let taken = usize::try_from(count)
            .ok()
            .and_then(|count| rest.get(..count));
        let taken = taken.ok_or_else(|| TorchError::Cut {
            within: within.to_owned(),
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], TorchError> {
        let bytes = self.take(N as u64, PICKLE)?;
        Ok(*bytes.first_chunk().expect("as many as asked for"))
    }

    /// A little-endian number of N bytes.
    fn number<const N: usize>(&mut self) -> Result<u64, TorchError> {
        let mut bytes = [0; 8];
        bytes[..N].copy_from_slice(&self.array::<N>()?);
        Ok(u64::from_le_bytes(bytes))
    }

    /// Bytes behind their length, a number of N bytes.
    fn counted<const N: usize>(&mut self) -> Result<&'a [u8], TorchError> {
        let length = self.number::<N>()?;
        self.take(length, PICKLE)
    }

    /// A line without its end.
    fn line(&mut self) -> Result<&'a [u8], TorchError> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        let line = self.take(end.map_or(u64::MAX, |end| end as u64), PICKLE)?;
        self.at += 1;
        Ok(line)
    }

    fn line_of<T: str::FromStr>(&mut self, expected: &str) -> Result<T, TorchError> {
        let line = self.line()?;
        let read = str::from_utf8(line)
            .ok()
            .and_then(|line| line.trim().parse().ok());
        read.ok_or_else(|| TorchError::Damaged {
            reason: format!("a line of its pickle is no {expected}"),
        })
    }

    fn names(&mut self) -> Result<(&'a str, &'a str), TorchError> {
        let mut name = || {
            str::from_utf8(self.line()?).map_err(|_| TorchError::Damaged {
                reason: "the name of a class in its pickle is no text".to_owned(),
            })
        };
        Ok((name()?, name()?))
    }

    /// The next instruction.
    pub fn next(&mut self) -> Result<Op<'a>, TorchError> {
        let at = self.at;
        let [byte] = self.array()?;
        if let Some(op) = without_argument(byte) {
            return Ok(op);
        }
        let wrong = |what| TorchError::Instruction { byte, at, what };
        Ok(match byte {
            // Numbers.
            b'I' => match self.line()? {
                b"00" => Op::Push(Value::Bool(false)),
                b"01" => Op::Push(Value::Bool(true)),
                line => Op::Push(whole(line)?),
            },
            b'L' => {
                let line = self.line()?;
                Op::Push(whole(line.strip_suffix(b"L").unwrap_or(line))?)
            }
            b'F' => Op::Push(Value::Float(self.line_of("number")?)),
            b'J' => Op::Push(Value::Int(i32::from_le_bytes(self.array()?).into())),
            b'K' => Op::Push(Value::Int(self.number::<1>()? as i64)),
            b'M' => Op::Push(Value::Int(self.number::<2>()? as i64)),
            b'G' => Op::Push(Value::Float(f64::from_be_bytes(self.array()?))),
            0x8a => Op::Push(long(self.counted::<1>()?)),
            0x8b => Op::Push(long(self.counted::<4>()?)),
            // Texts, and the bytes that texts were in Python 2.
            b'S' => Op::Push(quoted(self.line()?)),
            b'V' => Op::Push(text(self.line()?)),
            b'X' => Op::Push(text(self.counted::<4>()?)),
            0x8c => Op::Push(text(self.counted::<1>()?)),
            0x8d => Op::Push(text(self.counted::<8>()?)),
            b'T' => Op::Push(text(self.counted::<4>()?)),
            b'U' => Op::Push(text(self.counted::<1>()?)),
            b'B' => Op::Push(Value::Bytes(self.counted::<4>()?)),
            b'C' => Op::Push(Value::Bytes(self.counted::<1>()?)),
            0x8e | 0x96 => Op::Push(Value::Bytes(self.counted::<8>()?)),
            // What was seen before.
            b'p' => Op::Put(self.line_of("number")?),
            b'q' => Op::Put(self.number::<1>()?),
            b'r' => Op::Put(self.number::<4>()?),
            b'g' => Op::Get(self.line_of("number")?),
            b'h' => Op::Get(self.number::<1>()?),
            b'j' => Op::Get(self.number::<4>()?),
            // Classes and functions.
            b'c' => {
                let (module, name) = self.names()?;
                Op::Global(module, name)
            }
            b'i' => {
                let (module, name) = self.names()?;
                Op::Instance(module, name)
            }
            0x80 => match self.number::<1>()? {
                0..=5 => Op::Nothing,
                _ => return Err(wrong("a protocol that Python has not")),
            },
            // A frame only helps who reads from a disk.
            0x95 => {
                self.number::<8>()?;
                Op::Nothing
            }
            b'P' => {
                return Err(wrong(
                    "a reference by a text, which torch.save does not write",
                ));
            }
            0x82..=0x84 => {
                return Err(wrong(
                    "a class by a number that only the program that wrote it knows",
                ));
            }
            0x97 | 0x98 => return Err(wrong("a buffer that is not in the file")),
            _ => return Err(wrong("which is no instruction of a pickle")),
        })
    }
}

/// What a file ends within, for [`TorchError::Cut`].
const PICKLE: &str = "its pickle, which says what the tensors are";

fn without_argument<'a>(byte: u8) -> Option<Op<'a>> {
    Some(match byte {
        b'(' => Op::Mark,
        b'.' => Op::Stop,
        b'0' => Op::Pop,
        b'1' => Op::PopToMark,
        b'2' => Op::Dup,
        b'N' => Op::Push(Value::None),
        0x88 => Op::Push(Value::Bool(true)),
        0x89 => Op::Push(Value::Bool(false)),
        b']' | b')' | 0x8f => Op::EmptyItems,
        b'}' => Op::EmptyDict,
        b'l' | b't' | 0x91 => Op::Items,
        b'd' => Op::Dict,
        0x85 => Op::Tuple(1),
        0x86 => Op::Tuple(2),
        0x87 => Op::Tuple(3),
        b'a' => Op::Append,
        b'e' | 0x90 => Op::Appends,
        b's' => Op::SetItem,
        b'u' => Op::SetItems,
        0x94 => Op::Memoize,
        b'Q' => Op::Persistent,
        b'R' => Op::Reduce,
        b'b' => Op::Build,
        0x81 => Op::New,
        0x92 => Op::NewWithNames,
        0x93 => Op::StackGlobal,
        b'o' => Op::Object,
        _ => return None,
    })
}

/// A text; bytes where it is none.
fn text(bytes: &[u8]) -> Value<'_> {
    str::from_utf8(bytes).map_or(Value::Bytes(bytes), Value::Text)
}

/// Python's own way to write a text; one with anything but plain letters stays as it is.
fn quoted(line: &[u8]) -> Value<'_> {
    let inner = match line {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
        _ => line,
    };
    text(inner)
}

/// A whole number in digits, of which one beyond 64 bits is only kept.
fn whole(line: &[u8]) -> Result<Value<'_>, TorchError> {
    let digits = str::from_utf8(line).unwrap_or_default().trim();
    let is_number = !digits.is_empty()
        && digits
            .trim_start_matches('-')
            .bytes()
            .all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(TorchError::Damaged {
            reason: "a line of its pickle is no number".to_owned(),
        });
    }
    Ok(digits.parse().map_or(Value::Large(line), Value::Int))
}

/// A little-endian whole number of any length.
fn long(bytes: &[u8]) -> Value<'_> {
    if bytes.len() > 8 {
        return Value::Large(bytes);
    }
    let is_negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let mut whole = [if is_negative { 0xff } else { 0 }; 8];
    whole[..bytes.len()].copy_from_slice(bytes);
    Value::Int(i64::from_le_bytes(whole))
}
