//! Tensors of a PyTorch checkpoint: a zip archive with a pickle that describes the tensors and a
//! file for each storage.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io::Read;

use zip::{CompressionMethod, ZipArchive};

use super::blob::Blob;
use super::foreign::{self, Refusal};
use super::names;
use super::pickle::{self, Arena, TensorRef, Value};
use super::{StoreError, TensorStore};

/// The pickles of the official checkpoints have some hundred kilobytes.
const MAX_PICKLE_BYTES: u64 = 64 << 20;
/// The official checkpoints have about a thousand storages.
const MAX_ENTRIES: usize = 100_000;
/// The official checkpoints have less than a thousand tensors, with the states of an optimizer three thousand.
const MAX_TENSORS: usize = 100_000;
/// The longest path to a tensor, in bytes.
const MAX_NAME_BYTES: usize = 512;

struct Entry {
    tensor: TensorRef,
    /// The shape in the type the network asks with.
    shape: Vec<usize>,
    /// Where the storage begins in the file.
    start: u64,
}

/// The file and the tensors it was found to hold.
pub(super) struct TorchStore {
    blob: Blob,
    tensors: HashMap<String, Entry>,
}

impl TorchStore {
    /// Reads the archive's directory and the pickle.
    ///
    /// A tensor's name is the path to it: `model.no_mem_embed` for the dict under `model`.
    pub fn parse(blob: Blob) -> Result<Self, Refusal> {
        let (pickle, storages) = read_archive(&blob)?;
        let (root, arena) = pickle::read(&pickle).map_err(|e| format!("its pickle contains {e}"))?;
        let mut tensors = HashMap::new();
        for (name, tensor) in named_tensors(&arena, root)? {
            let (start, length) = *storages
                .get(arena.storage_key(&tensor.storage))
                .ok_or_else(|| format!("the storage of tensor `{name}` is missing"))?;
            check_extent(tensor, length)
                .ok_or_else(|| format!("tensor `{name}` reaches beyond its storage"))?;
            let shape: Option<Vec<usize>> = tensor.shape.iter().map(|n| usize::try_from(*n).ok()).collect();
            let shape = shape.ok_or_else(|| format!("tensor `{name}` is too large"))?;
            tensors.insert(name, Entry { tensor: tensor.clone(), shape, start });
        }
        if let Some(class) = arena.module()
            && !tensors.keys().any(|name| names::is_landmark(name))
        {
            return Err(foreign::pickled_module(class));
        }
        if tensors.is_empty() {
            return Err(foreign::no_tensors());
        }
        Ok(Self { blob, tensors })
    }
}

/// Start and length in bytes of each storage in the file, by its key.
type Storages = HashMap<String, (u64, u64)>;

fn read_archive(blob: &Blob) -> Result<(Vec<u8>, Storages), Refusal> {
    let mut archive = ZipArchive::new(blob.reader())
        .map_err(|e| format!("the directory at its end cannot be read ({e})"))?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("it has {} entries, far more than any checkpoint", archive.len()).into());
    }
    let names: Vec<String> = archive.file_names().flatten().map(Cow::into_owned).collect();
    if let Some(refusal) = foreign::archive(&names) {
        return Err(refusal);
    }
    let (mut pickle, mut storages) = (None, HashMap::new());
    for i in 0..archive.len() {
        let mut entry = archive.by_index_raw(i).map_err(|e| e.to_string())?;
        let name = entry.name().map_err(|e| e.to_string())?.into_owned();
        // Everything lies in a folder named after the file it was first saved to.
        let inner = name.split_once('/').map_or(&name[..], |(_, inner)| inner);
        let is_pickle = inner == "data.pkl";
        let key = inner.strip_prefix("data/");
        if !is_pickle && key.is_none() && inner != "byteorder" {
            continue;
        }
        if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
            return Err(
                format!("its entry `{inner}` is compressed or encrypted; save it with torch.save").into()
            );
        }
        let (start, size) = (entry.data_start().ok_or("an entry without data")?, entry.size());
        if start.checked_add(size).is_none_or(|end| end > blob.len()) {
            return Err(format!("its entry `{inner}` reaches beyond the end of the file").into());
        }
        if let Some(key) = key {
            storages.insert(key.to_owned(), (start, size));
            continue;
        }
        if size > MAX_PICKLE_BYTES {
            return Err(
                format!("its entry `{inner}` has {size} bytes, far more than in any checkpoint").into()
            );
        }
        let mut content = Vec::new();
        entry.by_ref().take(size).read_to_end(&mut content).map_err(|e| e.to_string())?;
        if is_pickle {
            pickle = Some(content);
        } else if content != b"little" {
            return Err("its numbers are big-endian".into());
        }
    }
    let pickle = pickle.ok_or("it is a zip archive without `data.pkl`, not a checkpoint")?;
    Ok((pickle, storages))
}

/// The tensors in a dict and in the dicts within it, by the path of keys to each. Tensors in lists
/// or under numbers, as optimizers keep them, belong to no network.
fn named_tensors(arena: &Arena, root: Value) -> Result<Vec<(String, &TensorRef)>, String> {
    let mut tensors = vec![];
    // Each dict once, however many paths lead to it: the shortest counts.
    let mut seen = HashSet::from([root]);
    let mut dicts = VecDeque::from([(String::new(), root)]);
    while let Some((path, dict)) = dicts.pop_front() {
        for (key, value) in arena.entries(dict) {
            let Some(key) = arena.string(key).filter(|key| path.len() + key.len() < MAX_NAME_BYTES) else {
                continue;
            };
            if let Some(tensor) = arena.tensor(value) {
                tensors.push((format!("{path}{key}"), tensor));
            } else if matches!(value, Value::Dict(_)) && seen.insert(value) {
                dicts.push_back((format!("{path}{key}."), value));
            }
            if tensors.len() + dicts.len() > MAX_TENSORS {
                return Err("it has far more tensors than any checkpoint".into());
            }
        }
    }
    Ok(tensors)
}

/// Checks that every element of a tensor lies in its storage of `length` bytes.
fn check_extent(tensor: &TensorRef, length: u64) -> Option<()> {
    if tensor.storage.length.checked_mul(tensor.storage.number.size() as u64)? > length {
        return None;
    }
    if tensor.shape.contains(&0) {
        return Some(());
    }
    let steps =
        tensor.shape.iter().zip(&tensor.strides).map(|(size, stride)| (size - 1).checked_mul(*stride));
    let last = steps.into_iter().try_fold(tensor.offset, |sum, step| sum.checked_add(step?))?;
    (last < tensor.storage.length).then_some(())
}

impl TensorStore for TorchStore {
    fn metadata(&self, _key: &str) -> Option<&str> {
        None
    }

    fn names(&self) -> Vec<String> {
        self.tensors.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.tensors.get(name)?.shape)
    }

    fn to_f32(&self, name: &str) -> Result<Vec<f32>, StoreError> {
        let Entry { tensor, shape, start } = self.tensors.get(name).ok_or(StoreError::Format("nothing"))?;
        let count: usize = shape.iter().product();
        if count == 0 {
            return Ok(vec![]);
        }
        let strides: Vec<usize> = tensor.strides.iter().map(|s| *s as usize).collect();
        let span = 1 + shape.iter().zip(&strides).map(|(n, s)| (n - 1) * s).sum::<usize>();
        let size = tensor.storage.number.size() as u64;
        let first = start + tensor.offset * size;
        let values = self.blob.numbers(first..first + span as u64 * size, tensor.storage.number)?;
        if is_contiguous(shape, &strides) {
            return Ok(values);
        }
        let mut gathered = Vec::with_capacity(count);
        let mut index = vec![0; shape.len()];
        for _ in 0..count {
            gathered.push(values[index.iter().zip(&strides).map(|(i, s)| i * s).sum::<usize>()]);
            for axis in (0..shape.len()).rev() {
                index[axis] += 1;
                if index[axis] < shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        Ok(gathered)
    }
}

/// Whether the elements follow each other in row-major order.
fn is_contiguous(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1;
    shape.iter().zip(strides).rev().all(|(size, stride)| {
        let fits = *size == 1 || *stride == expected;
        expected *= size;
        fits
    })
}
