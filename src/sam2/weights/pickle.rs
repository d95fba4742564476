//! Reads the pickle of a PyTorch checkpoint without executing anything.
//!
//! Only what a state dict is made of is understood: tensors, (ordered) dicts, lists, tuples, strings
//! and numbers. Every other global, call or opcode is an error. Values live in one arena and name
//! each other by index, so that no nesting, sharing or cycle can exhaust the stack, and the work is
//! bounded by the length of the pickle.

use std::collections::HashMap;

use super::number::Number;

/// A value of the pickle; compound ones are indices into the arena.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float,
    Str(usize),
    Tuple(usize),
    List(usize),
    Dict(usize),
    Global(Global),
    Storage(usize),
    Tensor(usize),
}

/// The globals a state dict may name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Storage(Number),
}

/// A storage as the pickle describes it; the numbers lie in a file of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StorageRef {
    pub key: String,
    pub number: Number,
    /// Numbers in the storage.
    pub length: u64,
}

/// A tensor: a strided view of a storage, in numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TensorRef {
    pub storage: StorageRef,
    pub offset: u64,
    pub shape: Vec<u64>,
    pub strides: Vec<u64>,
}

/// Everything the pickle holds.
#[derive(Default)]
pub(super) struct Arena {
    strings: Vec<String>,
    tuples: Vec<Vec<Value>>,
    lists: Vec<Vec<Value>>,
    dicts: Vec<Vec<(Value, Value)>>,
    storages: Vec<StorageRef>,
    tensors: Vec<TensorRef>,
}

impl Arena {
    /// The entries of a dict in their order; none if the value is no dict.
    pub fn entries(&self, value: Value) -> impl Iterator<Item = (Value, Value)> + '_ {
        let entries = match value {
            Value::Dict(i) => &self.dicts[i][..],
            _ => &[],
        };
        entries.iter().copied()
    }

    pub fn string(&self, value: Value) -> Option<&str> {
        match value {
            Value::Str(i) => Some(&self.strings[i]),
            _ => None,
        }
    }

    pub fn tensor(&self, value: Value) -> Option<&TensorRef> {
        match value {
            Value::Tensor(i) => Some(&self.tensors[i]),
            _ => None,
        }
    }

    fn tuple(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Tuple(i) => Some(&self.tuples[i]),
            _ => None,
        }
    }
}

/// Reads a pickle and returns its value with the arena it lives in. The error says what was found.
pub(super) fn read(pickle: &[u8]) -> Result<(Value, Arena), String> {
    let mut machine = Machine {
        input: pickle,
        stack: vec![],
        marks: vec![],
        memo: HashMap::new(),
        arena: Arena::default(),
    };
    loop {
        let opcode = machine.byte()?;
        if opcode == b'.' {
            let value = machine.pop()?;
            return Ok((value, machine.arena));
        }
        machine.step(opcode)?;
    }
}

struct Machine<'a> {
    input: &'a [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
    arena: Arena,
}

impl<'a> Machine<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (head, rest) = self.input.split_at_checked(count).ok_or("the pickle is cut short")?;
        self.input = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.bytes(N)?.try_into().map_err(|_| "the pickle is cut short".to_owned())
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    fn line(&mut self) -> Result<&'a str, String> {
        let end = self.input.iter().position(|b| *b == b'\n').ok_or("the pickle is cut short")?;
        let line = self.bytes(end + 1)?;
        std::str::from_utf8(&line[..end]).map_err(|_| "a name that is no text".to_owned())
    }

    fn pop(&mut self) -> Result<Value, String> {
        // Values below the innermost mark belong to an outer construction.
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err("a value is missing".into());
        }
        self.stack.pop().ok_or_else(|| "a value is missing".into())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.marks.pop().ok_or("a mark is missing")?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn top(&self) -> Result<Value, String> {
        self.stack.last().copied().ok_or_else(|| "a value is missing".into())
    }

    fn push_string(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "a string that is no text")?;
        self.arena.strings.push(text.to_owned());
        self.stack.push(Value::Str(self.arena.strings.len() - 1));
        Ok(())
    }

    fn push_tuple(&mut self, values: Vec<Value>) {
        self.arena.tuples.push(values);
        self.stack.push(Value::Tuple(self.arena.tuples.len() - 1));
    }

    fn push_dict(&mut self, entries: Vec<(Value, Value)>) {
        self.arena.dicts.push(entries);
        self.stack.push(Value::Dict(self.arena.dicts.len() - 1));
    }

    fn push_list(&mut self, values: Vec<Value>) {
        self.arena.lists.push(values);
        self.stack.push(Value::List(self.arena.lists.len() - 1));
    }

    fn step(&mut self, opcode: u8) -> Result<(), String> {
        match opcode {
            // PROTO, FRAME
            0x80 => drop(self.byte()?),
            0x95 => drop(self.array::<8>()?),
            // MARK, POP, POP_MARK
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.pop_to_mark()?),
            // NONE, NEWTRUE, NEWFALSE
            b'N' => self.stack.push(Value::None),
            0x88 => self.stack.push(Value::Bool(true)),
            0x89 => self.stack.push(Value::Bool(false)),
            // BININT, BININT1, BININT2, LONG1, BINFLOAT
            b'J' => {
                let number = i32::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(number.into()));
            }
            b'K' => {
                let number = self.byte()?;
                self.stack.push(Value::Int(number.into()));
            }
            b'M' => {
                let number = u16::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(number.into()));
            }
            0x8a => {
                let count = self.byte()?;
                let number = long(self.bytes(count.into())?)?;
                self.stack.push(Value::Int(number));
            }
            b'G' => {
                self.array::<8>()?;
                self.stack.push(Value::Float);
            }
            // BINUNICODE, SHORT_BINUNICODE
            b'X' => {
                let count = u32::from_le_bytes(self.array()?) as usize;
                let text = self.bytes(count)?;
                self.push_string(text)?;
            }
            0x8c => {
                let count = self.byte()?;
                let text = self.bytes(count.into())?;
                self.push_string(text)?;
            }
            // EMPTY_TUPLE, TUPLE1 to TUPLE3, TUPLE
            b')' => self.push_tuple(vec![]),
            0x85..=0x87 => {
                let mut values = (0x84..opcode).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
                values.reverse();
                self.push_tuple(values);
            }
            b't' => {
                let values = self.pop_to_mark()?;
                self.push_tuple(values);
            }
            // EMPTY_LIST, APPEND, APPENDS
            b']' => self.push_list(vec![]),
            b'a' => {
                let value = self.pop()?;
                self.extend_list(vec![value])?;
            }
            b'e' => {
                let values = self.pop_to_mark()?;
                self.extend_list(values)?;
            }
            // EMPTY_DICT, SETITEM, SETITEMS
            b'}' => self.push_dict(vec![]),
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.extend_dict(&[key, value])?;
            }
            b'u' => {
                let values = self.pop_to_mark()?;
                self.extend_dict(&values)?;
            }
            // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
            b'q' => {
                let index = self.byte()?;
                self.memo.insert(index.into(), self.top()?);
            }
            b'r' => {
                let index = u32::from_le_bytes(self.array()?);
                self.memo.insert(index, self.top()?);
            }
            0x94 => {
                let index = u32::try_from(self.memo.len()).map_err(|_| "too many values")?;
                self.memo.insert(index, self.top()?);
            }
            b'h' => {
                let index = self.byte()?;
                self.recall(index.into())?;
            }
            b'j' => {
                let index = u32::from_le_bytes(self.array()?);
                self.recall(index)?;
            }
            // GLOBAL, STACK_GLOBAL
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.stack.push(Value::Global(global(module, name)?));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let names = self.arena.string(module).zip(self.arena.string(name));
                let (module, name) = names.ok_or("a global without a name")?;
                let global = global(module, name)?;
                self.stack.push(Value::Global(global));
            }
            // BINPERSID, REDUCE, BUILD
            b'Q' => {
                let id = self.pop()?;
                let storage = self.storage(id)?;
                self.arena.storages.push(storage);
                self.stack.push(Value::Storage(self.arena.storages.len() - 1));
            }
            b'R' => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                self.call(function, arguments)?;
            }
            // A state dict carries its `_metadata` as an attribute, which nothing needs.
            b'b' => {
                self.pop()?;
                if !matches!(self.top()?, Value::Dict(_)) {
                    return Err("attributes of something that is no dict".into());
                }
            }
            other => return Err(format!("the opcode 0x{other:02x}, which no state dict needs")),
        }
        Ok(())
    }

    fn recall(&mut self, index: u32) -> Result<(), String> {
        let value = self.memo.get(&index).copied().ok_or("a reference to nothing")?;
        self.stack.push(value);
        Ok(())
    }

    fn extend_list(&mut self, values: Vec<Value>) -> Result<(), String> {
        let Value::List(i) = self.top()? else { return Err("items of something that is no list".into()) };
        self.arena.lists[i].extend(values);
        Ok(())
    }

    fn extend_dict(&mut self, keys_and_values: &[Value]) -> Result<(), String> {
        let Value::Dict(i) = self.top()? else { return Err("entries of something that is no dict".into()) };
        let (pairs, rest) = keys_and_values.as_chunks::<2>();
        if !rest.is_empty() {
            return Err("a key without a value".into());
        }
        self.arena.dicts[i].extend(pairs.iter().map(|[key, value]| (*key, *value)));
        Ok(())
    }

    /// `('storage', type, key, device, length)`
    fn storage(&self, id: Value) -> Result<StorageRef, String> {
        let wrong = || "a storage of unknown form".to_owned();
        let [kind, Value::Global(Global::Storage(number)), key, _, Value::Int(length)] =
            self.arena.tuple(id).ok_or_else(wrong)?
        else {
            return Err(wrong());
        };
        if self.arena.string(*kind) != Some("storage") {
            return Err(wrong());
        }
        let key = self.arena.string(*key).ok_or_else(wrong)?.to_owned();
        let length = u64::try_from(*length).map_err(|_| wrong())?;
        Ok(StorageRef { key, number: *number, length })
    }

    fn call(&mut self, function: Value, arguments: Value) -> Result<(), String> {
        let wrong = || "a call of unknown form".to_owned();
        let arguments = self.arena.tuple(arguments).ok_or_else(wrong)?;
        match (function, arguments) {
            (Value::Global(Global::OrderedDict), []) => self.push_dict(vec![]),
            (Value::Global(Global::RebuildParameter), [tensor @ Value::Tensor(_), ..]) => {
                let tensor = *tensor;
                self.stack.push(tensor);
            }
            (
                Value::Global(Global::RebuildTensor),
                [Value::Storage(storage), Value::Int(offset), shape, strides, ..],
            ) => {
                let numbers = |value: &Value| -> Option<Vec<u64>> {
                    let natural = |v: &Value| match v {
                        Value::Int(n) => u64::try_from(*n).ok(),
                        _ => None,
                    };
                    self.arena.tuple(*value)?.iter().map(natural).collect()
                };
                let tensor = TensorRef {
                    storage: self.arena.storages[*storage].clone(),
                    offset: u64::try_from(*offset).map_err(|_| wrong())?,
                    shape: numbers(shape).ok_or_else(wrong)?,
                    strides: numbers(strides).ok_or_else(wrong)?,
                };
                if tensor.shape.len() != tensor.strides.len() {
                    return Err(wrong());
                }
                self.arena.tensors.push(tensor);
                self.stack.push(Value::Tensor(self.arena.tensors.len() - 1));
            }
            _ => return Err(wrong()),
        }
        Ok(())
    }
}

/// A little-endian two's complement number of up to eight bytes.
fn long(bytes: &[u8]) -> Result<i64, String> {
    if bytes.len() > 8 {
        return Err("a number with more than 64 bits".into());
    }
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let mut wide = if negative { [0xff; 8] } else { [0; 8] };
    wide[..bytes.len()].copy_from_slice(bytes);
    Ok(i64::from_le_bytes(wide))
}

fn global(module: &str, name: &str) -> Result<Global, String> {
    Ok(match (module, name) {
        ("collections", "OrderedDict") => Global::OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Global::RebuildTensor,
        ("torch._utils", "_rebuild_parameter") => Global::RebuildParameter,
        ("torch", "FloatStorage") => Global::Storage(Number::F32),
        ("torch", "HalfStorage") => Global::Storage(Number::F16),
        ("torch", "BFloat16Storage") => Global::Storage(Number::Bf16),
        ("torch", "DoubleStorage") => Global::Storage(Number::Other("float64", 8)),
        ("torch", "LongStorage") => Global::Storage(Number::Other("int64", 8)),
        ("torch", "IntStorage") => Global::Storage(Number::Other("int32", 4)),
        ("torch", "BoolStorage") => Global::Storage(Number::Other("bool", 1)),
        ("torch", "ByteStorage") => Global::Storage(Number::Other("uint8", 1)),
        _ => {
            let name: String = format!("{module}.{name}").chars().take(80).collect();
            return Err(format!("`{name}`, which is no part of a plain state dict"));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_parts_of_a_state_dict_is_accepted() {
        let evil = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.";
        let error = read(evil).err().unwrap();
        assert!(error.contains("posix.system"), "{error}");
        for (pickle, reason) in [
            (&b""[..], "cut short"),
            (b".", "missing"),
            (b"}K\x01u.", "mark"),
            (b"}(K\x01u.", "without a value"),
            (b"h\x05.", "nothing"),
            (b"i", "opcode"),
            (b"X\xff\xff\xff\xffabc", "cut short"),
            (b"Nccollections\nOrderedDict\nNR.", "unknown"),
        ] {
            let error = read(pickle).err().expect("an error");
            assert!(error.contains(reason) || error.contains("part of"), "{error}: {pickle:?}");
        }
    }

    #[test]
    fn deep_and_cyclic_values_do_no_harm() {
        let mut deep = vec![b')'];
        deep.extend(std::iter::repeat_n(0x85, 3_000_000));
        deep.push(b'.');
        assert!(read(&deep).is_ok());
        let cycle = b"}q\x00K\x01h\x00s.";
        let (value, arena) = read(cycle).unwrap();
        assert_eq!(arena.entries(value).next(), Some((Value::Int(1), value)));
        // Each step doubles what the value would be if it were a tree.
        let mut laughs = vec![b')', b'q', 0];
        (0..1000).for_each(|_| laughs.extend(b"h\x00h\x00\x86q\x00"));
        laughs.push(b'.');
        assert!(read(&laughs).is_ok());
    }

    #[test]
    fn long_numbers_keep_their_sign() {
        assert_eq!(long(&[]).unwrap(), 0);
        assert_eq!(long(&[0xff]).unwrap(), -1);
        assert_eq!(long(&[0xff, 0x00]).unwrap(), 255);
        assert!(long(&[0; 9]).is_err());
    }
}
