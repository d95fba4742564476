//! PyTorch checkpoints, made of a pickle's opcodes and of whole tensors, so that the archive around them is sound.

#![no_main]

use std::io::{Cursor, Write};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tinsel::sam::{Config, Predictor, Weights};
use tinsel_fuzz::write;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[derive(Arbitrary, Debug)]
struct Checkpoint<'a> {
    program: Vec<Step<'a>>,
    storages: Vec<(u8, u8)>,
    byte_order: Option<bool>,
    /// Places in the archive, in 65536ths of its length, and what is written over them.
    damage: Vec<(u16, u8)>,
}

/// A part of the pickle.
#[derive(Arbitrary, Debug)]
enum Step<'a> {
    Opcode(u8),
    Raw(&'a [u8]),
    /// BINPUT or BINGET.
    Memo {
        is_put: bool,
        place: u8,
    },
    Number(i32),
    Long(&'a [u8]),
    Word(u8),
    Text(&'a str),
    Global {
        module: u8,
        name: u8,
    },
    /// `('storage', type, key, device, length)`, as the persistent id of a storage.
    Storage {
        number: u8,
        key: u8,
        length: i32,
    },
    Tensor(Tensor),
    /// A dict with tensors, each under one of [`TENSORS`].
    Network(Vec<(u8, Tensor)>),
}

#[derive(Arbitrary, Debug)]
struct Tensor {
    number: u8,
    key: u8,
    length: Length,
    offset: Small,
    shape: Vec<Small>,
    strides: Vec<Small>,
    /// Of the network's tensor instead.
    has_right_shape: bool,
}

#[derive(Arbitrary, Debug)]
enum Length {
    Right,
    Any(i32),
}

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Small {
    Zero,
    Byte(u8),
    Any(i64),
}

impl Small {
    fn value(self) -> i64 {
        match self {
            Self::Zero => 0,
            Self::Byte(value) => value.into(),
            Self::Any(value) => value,
        }
    }
}

/// The tensors that a network asks for first, with their shapes.
const TENSORS: [(&str, &[i64]); 9] = [
    ("sam_mask_decoder.iou_token.weight", &[1, 64]),
    ("sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix", &[2, 32]),
    ("sam_prompt_encoder.point_embeddings.0.weight", &[1, 64]),
    ("sam_prompt_encoder.point_embeddings.1.weight", &[1, 64]),
    ("sam_prompt_encoder.point_embeddings.2.weight", &[1, 64]),
    ("sam_prompt_encoder.point_embeddings.3.weight", &[1, 64]),
    ("sam_prompt_encoder.not_a_point_embed.weight", &[1, 64]),
    ("sam_prompt_encoder.no_mask_embed.weight", &[1, 64]),
    ("sam_prompt_encoder.mask_downscaling.0.weight", &[4, 1, 2, 2]),
];
const WORDS: [&str; 10] = [
    "storage",
    "cpu",
    "model",
    "state_dict",
    "module",
    "_modules",
    "_orig_mod.",
    "ema",
    "hf_token.",
    "lora_a.encoder.",
];
const MODULES: [&str; 5] = ["collections", "torch", "torch._utils", "torch._tensor", "__main__"];
const NAMES: [&str; 8] = [
    "OrderedDict",
    "defaultdict",
    "_rebuild_tensor_v2",
    "_rebuild_parameter",
    "_rebuild_from_type_v2",
    "FloatStorage",
    "set",
    "Wrapper",
];
const STORAGES: [&str; 10] = [
    "FloatStorage",
    "FloatStorage",
    "DoubleStorage",
    "HalfStorage",
    "BFloat16Storage",
    "LongStorage",
    "IntStorage",
    "ShortStorage",
    "CharStorage",
    "BoolStorage",
];
const CONFIG: &str = r#"{"family": "sam1", "image_size": 64, "embed_dim": 32, "depth": 1, "num_heads": 2,
    "window_size": 5, "global_attn_indexes": [], "d_model": 64, "mlp_dim": 96}"#;

fn of<T: Copy>(table: &[T], place: u8) -> T {
    table[usize::from(place) % table.len()]
}

/// Appends opcodes.
#[derive(Default)]
struct Pickle(Vec<u8>);

impl Pickle {
    fn opcode(&mut self, opcode: u8) {
        self.0.push(opcode);
    }

    fn number(&mut self, number: i64) {
        match i32::try_from(number) {
            Ok(number) => {
                self.opcode(b'J');
                self.0.extend(number.to_le_bytes());
            }
            Err(_) => self.long(&number.to_le_bytes()),
        }
    }

    fn long(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(255)];
        self.0.extend([0x8a, bytes.len() as u8]);
        self.0.extend(bytes);
    }

    fn text(&mut self, text: &str) {
        self.opcode(b'X');
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn global(&mut self, module: &str, name: &str) {
        self.0.extend(format!("c{module}\n{name}\n").bytes());
    }

    fn tuple(&mut self, numbers: &[i64]) {
        self.opcode(b'(');
        numbers.iter().for_each(|number| self.number(*number));
        self.opcode(b't');
    }

    fn storage(&mut self, number: u8, key: u8, length: i64) {
        self.opcode(b'(');
        self.text("storage");
        self.global("torch", of(&STORAGES, number));
        self.text(&(key % 4).to_string());
        self.text("cpu");
        self.number(length);
        self.0.extend(b"tQ");
    }

    fn tensor(&mut self, tensor: &Tensor, right_shape: &[i64], storages: &[(u8, u8)]) {
        self.global("torch._utils", "_rebuild_tensor_v2");
        self.opcode(b'(');
        let length = match tensor.length {
            Length::Right => storage_bytes(storages, tensor.key) as i64 / 8,
            Length::Any(length) => length.into(),
        };
        self.storage(tensor.number, tensor.key, length);
        self.number(tensor.offset.value());
        let shape: Vec<i64> = tensor.shape.iter().take(9).map(|side| side.value()).collect();
        let shape = if tensor.has_right_shape { right_shape } else { &shape };
        let mut strides: Vec<i64> = tensor.strides.iter().take(9).map(|stride| stride.value()).collect();
        if tensor.has_right_shape {
            strides.resize(shape.len(), 0);
        }
        self.tuple(shape);
        self.tuple(&strides);
        self.0.extend(b"\x89c__main__\nhooks\n)RtR");
    }

    fn step(&mut self, step: &Step, storages: &[(u8, u8)]) {
        match step {
            Step::Opcode(opcode) => self.opcode(*opcode),
            Step::Raw(bytes) => self.0.extend(*bytes),
            Step::Memo { is_put, place } => self.0.extend([if *is_put { b'q' } else { b'h' }, *place]),
            Step::Number(number) => self.number((*number).into()),
            Step::Long(bytes) => self.long(bytes),
            Step::Word(word) => self.text(of(&WORDS, *word)),
            Step::Text(text) => self.text(text),
            Step::Global { module, name } => self.global(of(&MODULES, *module), of(&NAMES, *name)),
            Step::Storage { number, key, length } => self.storage(*number, *key, (*length).into()),
            Step::Tensor(tensor) => self.tensor(tensor, &[1, 64], storages),
            Step::Network(tensors) => {
                self.0.extend(b"}(");
                for (i, (name, tensor)) in (0..=u8::MAX).zip(tensors) {
                    let (name, shape) = if *name == 255 { of(&TENSORS, i) } else { of(&TENSORS, *name) };
                    self.text(name);
                    self.tensor(tensor, shape, storages);
                }
                self.opcode(b'u');
            }
        }
    }
}

/// The length of the storage with this key.
fn storage_bytes(storages: &[(u8, u8)], key: u8) -> usize {
    storages.get(usize::from(key % 4)).map_or(0, |(length, _)| usize::from(*length) * 8)
}

fn archive(checkpoint: &Checkpoint) -> zip::result::ZipResult<Vec<u8>> {
    let mut pickle = Pickle(b"\x80\x02".to_vec());
    checkpoint.program.iter().for_each(|step| pickle.step(step, &checkpoint.storages));
    pickle.opcode(b'.');
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    archive.start_file("model/data.pkl", options)?;
    archive.write_all(&pickle.0)?;
    if let Some(is_little) = checkpoint.byte_order {
        archive.start_file("model/byteorder", options)?;
        archive.write_all(if is_little { b"little" } else { b"big" })?;
    }
    for (key, (_, fill)) in (0..4).zip(&checkpoint.storages) {
        archive.start_file(format!("model/data/{key}"), options)?;
        archive.write_all(&vec![*fill; storage_bytes(&checkpoint.storages, key)])?;
    }
    let mut bytes = archive.finish()?.into_inner();
    for (place, byte) in &checkpoint.damage {
        let at = usize::from(*place) * bytes.len() >> 16;
        bytes[at] = *byte;
    }
    Ok(bytes)
}

fuzz_target!(|checkpoint: Checkpoint| {
    let path = write("checkpoint.pth", &archive(&checkpoint).expect("an archive in memory"));
    let config = Config::from_json(CONFIG).expect("the configuration is sound");
    if let Ok(weights) = Weights::open_with(&path, config) {
        let _ = Predictor::new(weights);
    }
    let _ = Weights::open(&path);
});
