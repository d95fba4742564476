//! Finds the two files of a pair. Inputs and outputs decide the role of a file; names only choose among
//! several.

use std::path::{Path, PathBuf};

use super::signature::{Role, Signature};
use crate::sam::error::{Error, Result};
use crate::sam::network::Family;

/// Parts of file names that say what a file is, not which network it is of.
const WORDS: [&str; 11] = [
    "encoder",
    "decoder",
    "image",
    "vision",
    "prompt",
    "mask",
    "preprocess",
    "quantized",
    "quant",
    "int8",
    "onnx",
];

/// Whether a path names an ONNX file, or a folder that would have to hold a pair of them.
pub(in crate::sam) fn is_meant(path: &Path) -> bool {
    path.is_dir() || is_onnx(path)
}

fn is_onnx(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("onnx"))
}

/// Encoder and decoder file of a pair, of which either file or the folder is given.
///
/// # Errors
/// There is no such pair, or more than one fits.
pub(in crate::sam) fn find_pair(path: &Path) -> Result<(PathBuf, PathBuf)> {
    if path.is_dir() { in_folder(path) } else { with_partner(path) }
}

fn wrong(path: &Path, cause: String) -> Error {
    Error::Config { file: path.display().to_string(), cause }
}

/// The only pair in a folder.
fn in_folder(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let (mut encoders, mut decoders, mut unreadable) = (vec![], vec![], None);
    for file in onnx_files(folder)? {
        match Signature::read(&file).map(|signature| signature.role()) {
            Ok(Some(Role::Encoder(family))) => encoders.push((file, family)),
            Ok(Some(Role::Decoder(family))) => decoders.push((file, family)),
            Ok(None) => {}
            Err(error) => unreadable = unreadable.or(Some(error)),
        }
    }
    match (&encoders[..], &decoders[..]) {
        ([(encoder, of)], [(decoder, family)]) if of == family => Ok((encoder.clone(), decoder.clone())),
        ([], _) | (_, []) if unreadable.is_some() => {
            Err(unreadable.unwrap_or_else(|| wrong(folder, "a file cannot be read".into())))
        }
        ([], []) => {
            Err(wrong(folder, "the folder contains no ONNX file of a Segment Anything network".into()))
        }
        ([], _) => Err(wrong(folder, format!("the folder has no encoder for {}", names(&decoders)))),
        (_, []) => Err(wrong(folder, format!("the folder has no decoder for {}", names(&encoders)))),
        ([encoder], [decoder]) => {
            let (encoder, decoder) = (name(&encoder.0), name(&decoder.0));
            Err(wrong(folder, format!("{encoder} and {decoder} belong to different networks")))
        }
        ([_], _) => Err(several(folder, "decoders", &decoders)),
        _ => Err(several(folder, "encoders", &encoders)),
    }
}

fn several(folder: &Path, what: &str, files: &[(PathBuf, Family)]) -> Error {
    wrong(folder, format!("the folder contains several {what} ({}); choose one of the files", names(files)))
}

/// The pair that a file belongs to.
fn with_partner(file: &Path) -> Result<(PathBuf, PathBuf)> {
    let signature = Signature::read(file)?;
    let role = signature.role().ok_or_else(|| {
        let expected = "an encoder has one input, the image, and outputs an embedding; a decoder has \
                        point_coords and point_labels among its inputs";
        wrong(
            file,
            format!(
                "it is neither an encoder nor a decoder of Segment Anything: {}; {expected}",
                signature.describe()
            ),
        )
    })?;
    let (word, wanted_word, wanted) = match role {
        Role::Encoder(family) => ("encoder", "decoder", Role::Decoder(family)),
        Role::Decoder(family) => ("decoder", "encoder", Role::Encoder(family)),
    };
    let pair = |partner: PathBuf| match role {
        Role::Encoder(_) => (file.to_path_buf(), partner),
        Role::Decoder(_) => (partner, file.to_path_buf()),
    };
    let own_name = name(file);
    let partner_name = [
        (word.to_owned(), wanted_word.to_owned()),
        (capitalised(word), capitalised(wanted_word)),
        (word.to_uppercase(), wanted_word.to_uppercase()),
    ]
    .iter()
    .find(|(word, _)| own_name.contains(word))
    .map(|(word, wanted)| own_name.replace(word, wanted));
    if let Some(partner) = partner_name.as_ref().map(|name| file.with_file_name(name))
        && partner.is_file()
        && Signature::read(&partner)?.role() == Some(wanted)
    {
        return Ok(pair(partner));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut candidates: Vec<PathBuf> = onnx_files(folder)?
        .into_iter()
        .filter(|other| Signature::read(other).is_ok_and(|signature| signature.role() == Some(wanted)))
        .collect();
    if candidates.len() > 1 {
        let of_the_name: Vec<PathBuf> = candidates
            .iter()
            .filter(|candidate| network_name(candidate) == network_name(file))
            .cloned()
            .collect();
        if of_the_name.len() == 1 {
            candidates = of_the_name;
        }
    }
    match &candidates[..] {
        [partner] => Ok(pair(partner.clone())),
        [] => {
            let expected = partner_name.map_or(String::new(), |name| format!(", {name},"));
            Err(wrong(
                file,
                format!("its {wanted_word}{expected} is missing; put both files into one folder"),
            ))
        }
        _ => {
            let names: Vec<String> = candidates.iter().map(|file| name(file)).collect();
            let candidates = names.join(", ");
            Err(wrong(
                file,
                format!("several {wanted_word}s match ({candidates}); put the pair into a separate folder"),
            ))
        }
    }
}

/// The ONNX files in a folder, by name.
fn onnx_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .map_err(|cause| Error::Unreadable { file: folder.display().to_string(), cause })?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_hidden = |file: &PathBuf| name(file).starts_with('.');
    let mut files: Vec<PathBuf> =
        files.filter(|file| is_onnx(file) && file.is_file() && !is_hidden(file)).collect();
    files.sort();
    Ok(files)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn names(files: &[(PathBuf, Family)]) -> String {
    let names: Vec<String> = files.iter().map(|(file, _)| name(file)).collect();
    names.join(", ")
}

/// A file's name without the words that say which part of a network it is.
fn network_name(file: &Path) -> String {
    let name = name(file).to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !WORDS.contains(word));
    words.collect::<Vec<_>>().join("_")
}

fn capitalised(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}
