//! Python pickles as data: the opcodes of a state dict, interpreted without executing anything.
//!
//! A pickle is a program for a stack machine that may call any function of any module. This one knows tuples, lists,
//! dictionaries, numbers and strings, and a fixed list of names ([`Name`]), none of which is ever called; whatever else a
//! pickle names is an error.
//! Opcodes: the `pickletools` module of Python's standard library.

mod name;

use std::collections::HashMap;

pub(super) use name::Name;

use super::{Format, Problem};
use crate::base::shown::shown;

/// The place of an object in [`Objects`].
pub(super) type Id = usize;

/// A Python object. Objects refer to each other by place, so that a pickle may share and nest them as it likes without
/// copies, cycles in memory or recursion.
#[derive(Debug)]
pub(super) enum Object {
    None,
    Bool,
    Integer(i64),
    Float,
    Text(String),
    Bytes,
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Name(Name),
    /// An object kept outside the pickle, by what identifies it.
    Persistent(Id),
    /// The result of a known function, with its arguments.
    Call(Name, Id),
    /// An object that holds no weights, by the name of what made it; what is put into it is dropped.
    Harmless(String),
}

impl Object {
    /// What it is, for messages.
    pub(super) fn what(&self) -> String {
        let what = match self {
            Self::None => "None",
            Self::Bool => "a truth value",
            Self::Integer(_) => "an integer",
            Self::Float => "a number",
            Self::Text(_) => "a text",
            Self::Bytes => "bytes",
            Self::Tuple(_) => "a tuple",
            Self::List(_) => "a list",
            Self::Dict(_) => "a dictionary",
            Self::Name(_) => "a name",
            Self::Persistent(_) => "a storage",
            Self::Call(..) => "a tensor",
            Self::Harmless(name) => return format!("an object of `{}`", shown(name)),
        };
        what.into()
    }
}

/// All objects that a pickle made.
#[derive(Debug, Default)]
pub(super) struct Objects(Vec<Object>);

impl Objects {
    /// The object at `id`.
    pub(super) fn get(&self, id: Id) -> &Object {
        self.0.get(id).unwrap_or(&Object::None)
    }

    fn add(&mut self, object: Object) -> Id {
        self.0.push(object);
        self.0.len() - 1
    }
}

/// Runs a pickle; its objects, and which of them is the result.
pub(super) fn read(pickle: &[u8]) -> Result<(Objects, Id), Problem> {
    let mut machine = Machine {
        rest: pickle,
        length: pickle.len(),
        ..Machine::default()
    };
    loop {
        let code = machine.byte()?;
        if code == b'.' {
            let result = machine.pop()?;
            return Ok((machine.objects, result));
        }
        machine.step(code)?;
    }
}

#[derive(Default)]
struct Machine<'a> {
    rest: &'a [u8],
    length: usize,
    objects: Objects,
    stack: Vec<Id>,
    /// Heights of the stack at the open marks.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a> Machine<'a> {
    fn step(&mut self, code: u8) -> Result<(), Problem> {
        match code {
            // Protocol number, and the length of a frame: neither matters to a reader of a whole file.
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_mark()?),
            b'2' => self.stack.push(self.top()?),

            b'N' => self.push(Object::None),
            0x88 | 0x89 => self.push(Object::Bool),
            b'K' => {
                let [value] = self.array()?;
                self.push(Object::Integer(value.into()));
            }
            b'M' => {
                let value = u16::from_le_bytes(self.array()?);
                self.push(Object::Integer(value.into()));
            }
            b'J' => {
                let value = i32::from_le_bytes(self.array()?);
                self.push(Object::Integer(value.into()));
            }
            0x8A => {
                let [length] = self.array()?;
                self.long(length.into())?;
            }
            0x8B => {
                let length = u32::from_le_bytes(self.array()?);
                self.long(length as usize)?;
            }
            b'G' => {
                self.take(8)?;
                self.push(Object::Float);
            }
            b'X' => {
                let length = u32::from_le_bytes(self.array()?);
                self.text(length as usize)?;
            }
            0x8C => {
                let [length] = self.array()?;
                self.text(length.into())?;
            }
            0x8D => {
                let length = self.long_length()?;
                self.text(length)?;
            }
            // Byte strings, and the text of Python 2.
            b'B' | b'T' => {
                let length = u32::from_le_bytes(self.array()?);
                self.take(length as usize)?;
                self.push(Object::Bytes);
            }
            b'C' | b'U' => {
                let [length] = self.array()?;
                self.take(length.into())?;
                self.push(Object::Bytes);
            }
            // Bytes, and an array of bytes, of 64-bit length.
            0x8E | 0x96 => {
                let length = self.long_length()?;
                self.take(length)?;
                self.push(Object::Bytes);
            }

            b')' => self.push(Object::Tuple(Vec::new())),
            0x85..=0x87 => {
                let height = self
                    .stack
                    .len()
                    .checked_sub(usize::from(code - 0x84))
                    .filter(|&height| height >= self.floor())
                    .ok_or_else(|| self.damaged("the stack is empty"))?;
                let items = self.stack.split_off(height);
                self.push(Object::Tuple(items));
            }
            b't' => {
                let items = self.pop_mark()?;
                self.push(Object::Tuple(items));
            }
            b']' => self.push(Object::List(Vec::new())),
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            // Sets hold numbers and texts, never tensors.
            0x8F => self.push(Object::Harmless("set".into())),
            0x90 => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            0x91 => {
                self.pop_mark()?;
                self.push(Object::Harmless("frozenset".into()));
            }
            b'}' => self.push(Object::Dict(Vec::new())),
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.insert(&[key, value])?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.insert(&items)?;
            }

            b'q' => {
                let [key] = self.array()?;
                self.remember(key.into())?;
            }
            b'r' => {
                let key = u32::from_le_bytes(self.array()?);
                self.remember(key)?;
            }
            0x94 => self.remember(self.memo.len() as u32)?,
            b'h' => {
                let [key] = self.array()?;
                self.recall(key.into())?;
            }
            b'j' => {
                let key = u32::from_le_bytes(self.array()?);
                self.recall(key)?;
            }

            b'c' => {
                let module = self.line()?;
                let name = self.line()?;
                let name = Name::find(&module, &name)?;
                self.push(Object::Name(name));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Object::Text(module), Object::Text(name)) =
                    (self.objects.get(module), self.objects.get(name))
                else {
                    return Err(self.damaged("a name is no text"));
                };
                let name = Name::find(module, name)?;
                self.push(Object::Name(name));
            }
            b'i' => {
                let (module, name) = (self.line()?, self.line()?);
                return Err(Problem::executable_pickle(&module, &name));
            }
            b'R' => self.call()?,
            // An object made by its class from arguments, or from arguments and keywords.
            0x81 => self.call()?,
            0x92 => {
                self.pop()?;
                self.call()?;
            }
            b'b' => self.set_state()?,
            b'Q' => {
                let key = self.pop()?;
                self.push(Object::Persistent(key));
            }
            _ => return Err(self.damaged(&format!("unexpected opcode {code:#04x}"))),
        }
        Ok(())
    }

    /// Calls the function below the arguments: only its name and they are kept.
    fn call(&mut self) -> Result<(), Problem> {
        let arguments = self.pop()?;
        let function = self.pop()?;
        let Object::Name(name) = self.objects.get(function) else {
            return Err(self.damaged("something that is no function is called"));
        };
        let result = match name {
            Name::Dictionary => Object::Dict(Vec::new()),
            Name::RebuildTensor | Name::RebuildParameter => Object::Call(name.clone(), arguments),
            Name::Harmless(name) => Object::Harmless(name.clone()),
            Name::Storage(kind) => {
                return Err(Problem::executable_pickle(
                    "torch",
                    &format!("{kind}Storage"),
                ));
            }
        };
        self.push(result);
        Ok(())
    }

    /// Drops the attributes that the object below them would get: `_metadata` of a state dict, which holds version
    /// numbers, and whatever harmless objects have.
    fn set_state(&mut self) -> Result<(), Problem> {
        self.pop()?;
        match self.objects.get(self.top()?) {
            Object::Dict(_) | Object::Harmless(_) => Ok(()),
            other => Err(self.damaged(&format!("attributes are set on {}", other.what()))),
        }
    }

    fn append(&mut self, mut items: Vec<Id>) -> Result<(), Problem> {
        let list = self.top()?;
        match self.objects.0.get_mut(list) {
            Some(Object::List(list)) => {
                list.append(&mut items);
                Ok(())
            }
            Some(Object::Harmless(_)) => Ok(()),
            _ => Err(self.damaged("items for something that is no list")),
        }
    }

    fn insert(&mut self, items: &[Id]) -> Result<(), Problem> {
        let dict = self.top()?;
        let (pairs, []) = items.as_chunks::<2>() else {
            return Err(self.damaged("a key without a value"));
        };
        match self.objects.0.get_mut(dict) {
            Some(Object::Dict(dict)) => {
                dict.extend(pairs.iter().map(|&[key, value]| (key, value)));
                Ok(())
            }
            Some(Object::Harmless(_)) => Ok(()),
            _ => Err(self.damaged("entries for something that is no dictionary")),
        }
    }

    fn remember(&mut self, key: u32) -> Result<(), Problem> {
        let top = self.top()?;
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u32) -> Result<(), Problem> {
        let id = *self
            .memo
            .get(&key)
            .ok_or_else(|| self.damaged("an object is used before it is made"))?;
        self.stack.push(id);
        Ok(())
    }

    /// A long integer of `length` bytes: two's complement, least byte first.
    fn long(&mut self, length: usize) -> Result<(), Problem> {
        let raw = self.take(length)?;
        if raw.len() > 8 {
            // Seeds of random streams are as long as this; sizes of tensors are not.
            self.push(Object::Float);
            return Ok(());
        }
        let negative = raw.last().is_some_and(|&last| last >= 0x80);
        let mut full = [if negative { 0xFF } else { 0 }; 8];
        full[..raw.len()].copy_from_slice(raw);
        self.push(Object::Integer(i64::from_le_bytes(full)));
        Ok(())
    }

    /// A length of eight bytes; one beyond the memory's size ends the pickle anyway.
    fn long_length(&mut self) -> Result<usize, Problem> {
        let length = u64::from_le_bytes(self.array()?);
        Ok(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn text(&mut self, length: usize) -> Result<(), Problem> {
        let raw = self.take(length)?;
        let text = std::str::from_utf8(raw)
            .map_err(|_| self.damaged("a text that is not UTF-8"))?
            .to_owned();
        self.push(Object::Text(text));
        Ok(())
    }

    fn push(&mut self, object: Object) {
        let id = self.objects.add(object);
        self.stack.push(id);
    }

    /// The height below which nothing may be taken: that of the last mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Id, Problem> {
        let id = self.top()?;
        self.stack.pop();
        Ok(id)
    }

    fn top(&self) -> Result<Id, Problem> {
        match self.stack.last() {
            Some(&id) if self.stack.len() > self.floor() => Ok(id),
            _ => Err(self.damaged("the stack is empty")),
        }
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>, Problem> {
        let height = self
            .marks
            .pop()
            .ok_or_else(|| self.damaged("a mark is missing"))?;
        Ok(self.stack.split_off(height))
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (&array, rest) = self
            .rest
            .split_first_chunk()
            .ok_or_else(|| self.damaged("it ends before its last opcode"))?;
        self.rest = rest;
        Ok(array)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Problem> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.damaged("it ends before its last opcode"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn line(&mut self) -> Result<String, Problem> {
        let end = self
            .rest
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or_else(|| self.damaged("a name without an end"))?;
        let line = String::from_utf8_lossy(self.take(end)?).into_owned();
        self.take(1)?;
        Ok(line)
    }

    fn damaged(&self, detail: &str) -> Problem {
        let position = self.length - self.rest.len();
        Problem::damaged(
            Format::PyTorch,
            format!("data.pkl: byte {position}: {detail}"),
        )
    }
}

#[cfg(test)]
mod tests;
