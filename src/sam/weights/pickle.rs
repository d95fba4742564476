//! Reads the pickle of a PyTorch checkpoint without executing anything.
//!
//! Only the elements of a state dict are understood: tensors, dicts, lists, tuples, strings and numbers. All
//! other data of training scripts becomes an opaque value: no global is looked up and nothing is called, so
//! it can be anything. Values live in one arena and name each other by index, so that no nesting, sharing or
//! cycle can exhaust the stack, and time and memory are bounded by the length of the pickle.

use std::collections::HashMap;

use super::number::Number;

/// The most dimensions of a tensor.
const MAX_RANK: usize = 8;
/// The longest key of a storage, and how much is kept of a module's or a class's name.
const MAX_NAME: usize = 60;
/// A network's own attributes come first; no more than so many are looked at.
const MAX_ATTRIBUTES: usize = 32;

/// A value of the pickle; compound ones are indices into the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// Something a state dict has no use for: a float, bytes, a set, a dtype and so on.
    Opaque,
    /// An instance of a class that is not known, by the index of the class's name.
    Object(usize),
    Int(i64),
    Str(usize),
    Tuple(usize),
    List(usize),
    Dict(usize),
    Global(Global),
    Storage(usize),
    Tensor(usize),
}

/// A class or function that the pickle names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Global {
    /// Any kind of dict that behaves like a plain one.
    Dict,
    RebuildTensor,
    /// Wraps a tensor as a parameter.
    RebuildParameter,
    /// Rebuilds a tensor that has attributes.
    RebuildFromType,
    Storage(Number),
    /// Any other, by the index of its full name.
    Unknown(usize),
}

/// A storage as the pickle describes it; the numbers lie in a file of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StorageRef {
    /// Index of the key's text.
    key: usize,
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
    /// Index of the class name of the outermost network that was pickled as an object.
    module: Option<usize>,
}

impl Arena {
    fn add_string(&mut self, text: String) -> usize {
        self.strings.push(text);
        self.strings.len() - 1
    }

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

    /// The key of a storage, which names its file.
    pub fn storage_key(&self, storage: &StorageRef) -> &str {
        &self.strings[storage.key]
    }

    /// The class of a network that was pickled as an object instead of as a state dict.
    pub fn module(&self) -> Option<&str> {
        Some(&self.strings[self.module?])
    }

    fn tuple(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Tuple(i) => Some(&self.tuples[i]),
            _ => None,
        }
    }
}

impl Arena {
    /// Whether these are the attributes of a `torch.nn.Module`.
    fn is_module(&self, attributes: Value) -> bool {
        self.entries(attributes).take(MAX_ATTRIBUTES).any(|(name, _)| self.string(name) == Some("_modules"))
    }

    fn global(&mut self, module: &str, name: &str) -> Global {
        match (module, name) {
            ("collections", "OrderedDict" | "defaultdict") => Global::Dict,
            ("torch._utils", "_rebuild_tensor_v2" | "_rebuild_tensor") => Global::RebuildTensor,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                Global::RebuildParameter
            }
            ("torch._tensor", "_rebuild_from_type_v2") => Global::RebuildFromType,
            ("torch", "FloatStorage") => Global::Storage(Number::F32),
            ("torch", "DoubleStorage") => Global::Storage(Number::F64),
            ("torch", "HalfStorage") => Global::Storage(Number::F16),
            ("torch", "BFloat16Storage") => Global::Storage(Number::Bf16),
            ("torch", "LongStorage") => Global::Storage(Number::Other("int64", 8)),
            ("torch", "IntStorage") => Global::Storage(Number::Other("int32", 4)),
            ("torch", "ShortStorage") => Global::Storage(Number::Other("int16", 2)),
            ("torch", "CharStorage") => Global::Storage(Number::Other("int8", 1)),
            ("torch", "ByteStorage") => Global::Storage(Number::Other("uint8", 1)),
            ("torch", "BoolStorage") => Global::Storage(Number::Other("bool", 1)),
            _ => Global::Unknown(self.add_string(format!("{}.{}", clipped(module), clipped(name)))),
        }
    }

    /// `('storage', type, key, device, length)`; none if it is something else.
    fn storage(&self, id: Value) -> Option<StorageRef> {
        let [kind, Value::Global(Global::Storage(number)), Value::Str(key), _, Value::Int(length)] =
            *self.tuple(id)?
        else {
            return None;
        };
        let length = u64::try_from(length).ok()?;
        // The key is looked up for each tensor, so a long one costs its length again and again.
        let is_storage = self.string(kind) == Some("storage") && self.strings[key].len() <= MAX_NAME;
        is_storage.then_some(StorageRef { key, number, length })
    }

    /// What a call gives, as far as a state dict is made by calls.
    fn call(&mut self, function: Value, arguments: Value) -> Value {
        let Value::Global(global) = function else { return Value::Opaque };
        match (global, self.tuple(arguments).unwrap_or_default()) {
            (Global::Dict, _) => {
                self.dicts.push(vec![]);
                Value::Dict(self.dicts.len() - 1)
            }
            (Global::RebuildParameter, [tensor @ Value::Tensor(_), ..]) => *tensor,
            // `(function, type, its arguments, attributes)`
            (Global::RebuildFromType, [Value::Global(Global::RebuildTensor), _, arguments, ..]) => {
                self.rebuild_tensor(*arguments)
            }
            (Global::RebuildTensor, _) => self.rebuild_tensor(arguments),
            (Global::Unknown(name), _) => Value::Object(name),
            _ => Value::Opaque,
        }
    }

    /// `(storage, offset, shape, strides, ...)`
    fn rebuild_tensor(&mut self, arguments: Value) -> Value {
        let Some(tensor) = self.tensor_of(arguments) else { return Value::Opaque };
        self.tensors.push(tensor);
        Value::Tensor(self.tensors.len() - 1)
    }

    fn tensor_of(&self, arguments: Value) -> Option<TensorRef> {
        let [Value::Storage(storage), Value::Int(offset), shape, strides, ..] = *self.tuple(arguments)?
        else {
            return None;
        };
        let natural = |v: &Value| match v {
            Value::Int(n) => u64::try_from(*n).ok(),
            _ => None,
        };
        let numbers = |value: Value| -> Option<Vec<u64>> {
            let values = self.tuple(value).filter(|values| values.len() <= MAX_RANK)?;
            values.iter().map(natural).collect()
        };
        let tensor = TensorRef {
            storage: self.storages[storage],
            offset: u64::try_from(offset).ok()?,
            shape: numbers(shape)?,
            strides: numbers(strides)?,
        };
        (tensor.shape.len() == tensor.strides.len()).then_some(tensor)
    }
}

/// The beginning of a name: one text can serve as the name of any number of globals.
fn clipped(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
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
        let (head, rest) = self.input.split_at_checked(count).ok_or("the pickle is incomplete")?;
        self.input = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.bytes(N)?.try_into().map_err(|_| "the pickle is incomplete".to_owned())
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.array::<1>()?[0])
    }

    fn line(&mut self) -> Result<&'a str, String> {
        let end = self.input.iter().position(|b| *b == b'\n').ok_or("the pickle is incomplete")?;
        let line = self.bytes(end + 1)?;
        std::str::from_utf8(&line[..end]).map_err(|_| "a name that is not text".to_owned())
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

    /// A string; Python can save some that are no valid Unicode.
    fn push_string(&mut self, bytes: &[u8]) {
        let value = match std::str::from_utf8(bytes) {
            Ok(text) => Value::Str(self.arena.add_string(text.to_owned())),
            Err(_) => Value::Opaque,
        };
        self.stack.push(value);
    }

    /// Skips the bytes whose count was read, and stands in for them.
    fn push_opaque(&mut self, count: u64) -> Result<(), String> {
        self.bytes(usize::try_from(count).map_err(|_| "the pickle is incomplete")?)?;
        self.stack.push(Value::Opaque);
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
            b'N' | 0x88 | 0x89 => self.stack.push(Value::Opaque),
            // BININT, BININT1, BININT2
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
            // LONG1, LONG4
            0x8a => {
                let count = self.byte()?;
                let number = long(self.bytes(count.into())?);
                self.stack.push(number.map_or(Value::Opaque, Value::Int));
            }
            0x8b => {
                let count = u32::from_le_bytes(self.array()?);
                self.push_opaque(count.into())?;
            }
            // BINFLOAT
            b'G' => self.push_opaque(8)?,
            // BINUNICODE, SHORT_BINUNICODE
            b'X' => {
                let count = u32::from_le_bytes(self.array()?) as usize;
                let text = self.bytes(count)?;
                self.push_string(text);
            }
            0x8c => {
                let count = self.byte()?;
                let text = self.bytes(count.into())?;
                self.push_string(text);
            }
            // SHORT_BINBYTES, SHORT_BINSTRING, BINBYTES, BINSTRING, BINUNICODE8, BINBYTES8, BYTEARRAY8
            b'C' | b'U' => {
                let count = self.byte()?;
                self.push_opaque(count.into())?;
            }
            b'B' | b'T' => {
                let count = u32::from_le_bytes(self.array()?);
                self.push_opaque(count.into())?;
            }
            0x8d | 0x8e | 0x96 => {
                let count = u64::from_le_bytes(self.array()?);
                self.push_opaque(count)?;
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
            // EMPTY_SET, ADDITEMS, FROZENSET
            0x8f => self.stack.push(Value::Opaque),
            0x90 => drop(self.pop_to_mark()?),
            0x91 => {
                self.pop_to_mark()?;
                self.stack.push(Value::Opaque);
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
                let global = self.arena.global(module, name);
                self.stack.push(Value::Global(global));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let names = self.arena.string(module).zip(self.arena.string(name));
                let (module, name) = names.ok_or("a global without a name")?;
                let (module, name) = (clipped(module), clipped(name));
                let global = self.arena.global(&module, &name);
                self.stack.push(Value::Global(global));
            }
            // BINPERSID
            b'Q' => {
                let id = self.pop()?;
                let value = match self.arena.storage(id) {
                    Some(storage) => {
                        self.arena.storages.push(storage);
                        Value::Storage(self.arena.storages.len() - 1)
                    }
                    None => Value::Opaque,
                };
                self.stack.push(value);
            }
            // REDUCE, NEWOBJ, NEWOBJ_EX
            b'R' | 0x81 => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let value = self.arena.call(function, arguments);
                self.stack.push(value);
            }
            0x92 => {
                let (_, arguments, class) = (self.pop()?, self.pop()?, self.pop()?);
                let value = self.arena.call(class, arguments);
                self.stack.push(value);
            }
            // BUILD: attributes, which nothing needs; those of a network tell that it is one.
            b'b' => {
                let attributes = self.pop()?;
                if let Value::Object(class) = self.top()?
                    && self.arena.is_module(attributes)
                {
                    self.arena.module = Some(class);
                }
            }
            other => return Err(format!("the opcode 0x{other:02x}, which a state dict does not need")),
        }
        Ok(())
    }

    fn recall(&mut self, index: u32) -> Result<(), String> {
        let value = self.memo.get(&index).copied().ok_or("a reference to a missing value")?;
        self.stack.push(value);
        Ok(())
    }

    /// Appends to the list on top; what other objects do with items is their own affair.
    fn extend_list(&mut self, values: Vec<Value>) -> Result<(), String> {
        if let Value::List(i) = self.top()? {
            self.arena.lists[i].extend(values);
        }
        Ok(())
    }

    /// Adds to the dict on top; what other objects do with entries is their own affair.
    fn extend_dict(&mut self, keys_and_values: &[Value]) -> Result<(), String> {
        let (pairs, rest) = keys_and_values.as_chunks::<2>();
        if !rest.is_empty() {
            return Err("a key without a value".into());
        }
        if let Value::Dict(i) = self.top()? {
            self.arena.dicts[i].extend(pairs.iter().map(|[key, value]| (*key, *value)));
        }
        Ok(())
    }
}

/// A little-endian two's complement number of up to eight bytes; none if it is longer.
fn long(bytes: &[u8]) -> Option<i64> {
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let mut wide = if negative { [0xff; 8] } else { [0; 8] };
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_called() {
        let evil = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.";
        let (value, arena) = read(evil).unwrap();
        let Value::Object(name) = value else { panic!("{value:?}") };
        assert_eq!(arena.strings[name], "posix.system");
        assert_eq!(arena.module(), None);
        // Whatever is done with the result gives nothing either.
        let chained = b"cposix\nsystem\n)R)R(K\x01K\x02u(K\x01eN}b)\x81.";
        assert_eq!(read(chained).unwrap().0, Value::Opaque);
    }

    #[test]
    fn malformed_pickles_say_what_is_wrong() {
        for (pickle, reason) in [
            (&b""[..], "incomplete"),
            (b".", "missing"),
            (b"}K\x01u.", "mark"),
            (b"}(K\x01u.", "without a value"),
            (b"h\x05.", "missing"),
            (b"i", "opcode"),
            (b"X\xff\xff\xff\xffabc", "incomplete"),
            (b"\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc", "incomplete"),
            (b"\x8b\xff\xff\xff\xffabc", "incomplete"),
        ] {
            let error = read(pickle).err().expect("an error");
            assert!(error.contains(reason), "{error}: {pickle:?}");
        }
    }

    #[test]
    fn a_tensor_of_absurd_rank_or_form_is_none() {
        let rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n\
            X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00";
        let tensor = |shape: &[u8]| {
            let pickle = [rebuild, shape, shape, b"tR."].concat();
            matches!(read(&pickle).unwrap().0, Value::Tensor(_))
        };
        assert!(tensor(b"K\x01K\x01\x86"));
        assert!(!tensor(b"(K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01K\x01t"));
        assert!(!tensor(b"J\xff\xff\xff\xff\x85"));
        assert!(!tensor(b"N"));
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
        assert_eq!(long(&[]), Some(0));
        assert_eq!(long(&[0xff]), Some(-1));
        assert_eq!(long(&[0xff, 0x00]), Some(255));
        assert_eq!(long(&[0; 9]), None);
    }
}
