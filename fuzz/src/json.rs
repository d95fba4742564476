//! Mutations that turn JSON into JSON, so that the fuzzer gets past the parser.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Value, json};

use crate::{SEPARATOR, parts};

/// Mutates one of the files of an input as JSON if it is, else as bytes; for `fuzz_mutator!`.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(seed.into());
    if !random.one_in(4)
        && let Some(mutated) = mutated(&data[..size], &mut random)
        && mutated.len() <= max_size
    {
        data[..mutated.len()].copy_from_slice(&mutated);
        return mutated.len();
    }
    fuzzer_mutate(data, size, max_size)
}

fn mutated(data: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = parts(data).into_iter().map(<[u8]>::to_vec).collect();
    let place = random.below(files.len());
    let mut json: Value = serde_json::from_slice(&files[place]).ok()?;
    for _ in 0..1 + random.below(3) {
        change(&mut json, random);
    }
    files[place] = serde_json::to_vec(&json).ok()?;
    Some(files.join(SEPARATOR.as_bytes()))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `count`, or 0.
    fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// Changes a value somewhere in a document.
fn change(document: &mut Value, random: &mut Random) {
    let count = count(document);
    let other = node(document, random.below(count)).clone();
    let value = node(document, random.below(count));
    match value {
        _ if random.one_in(6) => *value = special(random),
        _ if random.one_in(6) => *value = other,
        Value::Number(number) => *value = near(number.as_f64().unwrap_or_default(), random),
        Value::String(text) => change_text(text, random),
        Value::Array(items) => change_list(items, other, random),
        Value::Object(entries) => {
            let key = entries.keys().nth(random.below(entries.len())).cloned();
            let key = key.unwrap_or_default();
            match random.below(3) {
                0 => drop(entries.remove(&key)),
                1 => drop(entries.insert(key, other)),
                _ => {
                    let moved = entries.remove(&key).unwrap_or_default();
                    let key = other.as_str().map_or(key, str::to_owned);
                    entries.insert(key, moved);
                }
            }
        }
        Value::Bool(is_set) => *is_set = !*is_set,
        Value::Null => *value = special(random),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(entries) => entries.values().map(count).sum(),
        _ => 0,
    }
}

/// The value at a place, counted from the root on.
fn node(value: &mut Value, place: usize) -> &mut Value {
    let Some(mut place) = place.checked_sub(1) else { return value };
    let children: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(entries) => entries.values_mut().collect(),
        _ => vec![],
    };
    for child in children {
        match place.checked_sub(count(child)) {
            Some(rest) => place = rest,
            None => return node(child, place),
        }
    }
    unreachable!("the place is one of the document")
}

fn special(random: &mut Random) -> Value {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(0.5),
        json!(1e300),
        json!(-1e-300),
        json!(u32::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1u64 << 32),
        json!(""),
        json!("1"),
        json!([]),
        json!({}),
        json!([[0, 0]]),
        json!([1, 2, 3, 4]),
    ];
    values[random.below(values.len())].clone()
}

fn near(number: f64, random: &mut Random) -> Value {
    let changed = match random.below(6) {
        0 => number + 1.0,
        1 => number - 1.0,
        2 => -number,
        3 => number * 2.0,
        4 => number / 2.0,
        _ => random.below(256) as f64,
    };
    if changed.fract() == 0.0 && changed.abs() < 1e15 { json!(changed as i64) } else { json!(changed) }
}

/// Changes what is JSON itself as JSON.
fn change_text(text: &mut String, random: &mut Random) {
    if let Ok(mut inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
        change(&mut inner, random);
        *text = inner.to_string();
        return;
    }
    let mut characters: Vec<char> = text.chars().collect();
    let place = random.below(characters.len() + 1);
    let character = char::from(b' ' + random.below(95) as u8);
    match random.below(4) {
        0 => characters.insert(place, character),
        1 => characters.truncate(place),
        _ if place == characters.len() => characters.push('杯'),
        2 => drop(characters.remove(place)),
        _ => characters[place] = character,
    }
    *text = characters.into_iter().collect();
}

fn change_list(items: &mut Vec<Value>, other: Value, random: &mut Random) {
    let place = random.below(items.len());
    match random.below(5) {
        _ if items.is_empty() => items.push(other),
        0 => drop(items.remove(place)),
        1 => items.insert(place, other),
        2 => items.extend_from_within(place..=place),
        3 => items.swap(0, place),
        _ => {
            let item = items[place].clone();
            items.extend(std::iter::repeat_n(item, random.below(16)));
        }
    }
}
