//! The layers point one way: each module uses only modules below it, and only the crates that are its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each module under src/ and those of ours that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("about", &[]),
    ("logging", &["about"]),
    ("colour", &[]),
    ("mask", &[]),
    ("edge", &["mask"]),
    ("prompt", &["mask"]),
    ("attribute", &[]),
    ("track", &[]),
    ("annotation", &["attribute", "colour", "mask", "prompt", "track"]),
    ("models", &[]),
    ("sam", &["mask", "prompt"]),
    ("everything", &["annotation", "colour", "mask", "prompt", "sam"]),
    ("tracking", &["mask", "prompt", "sam", "track"]),
    (
        "document",
        &["annotation", "attribute", "colour", "edge", "everything", "mask", "prompt", "sam", "track"],
    ),
    (
        "files",
        &["annotation", "attribute", "colour", "document", "edge", "mask", "prompt", "track", "tracking"],
    ),
    ("engine", &["everything", "mask", "models", "prompt", "sam", "tracking"]),
    ("doctor", &["about", "engine", "files", "models", "prompt", "sam"]),
    (
        "cli",
        &[
            "about",
            "annotation",
            "colour",
            "doctor",
            "document",
            "edge",
            "everything",
            "files",
            "logging",
            "mask",
            "models",
            "prompt",
            "sam",
            "tracking",
        ],
    ),
    (
        "app",
        &[
            "about",
            "annotation",
            "attribute",
            "colour",
            "doctor",
            "document",
            "edge",
            "engine",
            "everything",
            "files",
            "logging",
            "mask",
            "models",
            "prompt",
            "sam",
            "track",
            "tracking",
        ],
    ),
];

/// Crates that only some modules may use.
const CRATES: &[(&str, &[&str])] = &[
    ("egui", &["app"]),
    ("eframe", &["app", "doctor"]),
    ("egui_extras", &["app"]),
    ("epaint", &["app"]),
    ("epaint_default_fonts", &["app"]),
    ("rfd", &["app"]),
    ("fluent_bundle", &["app"]),
    ("sys_locale", &["app"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("fern", &["logging"]),
    ("indicatif", &["cli"]),
    ("anyhow", &["app", "cli"]),
    ("ureq", &["models"]),
    ("tract_onnx", &["sam"]),
    ("tract_linalg", &["sam"]),
    ("pulp", &["sam"]),
];

/// The Rust files of a module, be it a file or a folder.
fn sources(module: &Path) -> Vec<PathBuf> {
    let file = module.with_extension("rs");
    if file.is_file() {
        return vec![file];
    }
    let entries = std::fs::read_dir(module).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(below).collect()
}

/// The first names of all paths in a source text, and the modules of ours after `crate::`.
fn names(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let (mut roots, mut ours) = (BTreeSet::new(), BTreeSet::new());
    for line in code {
        let (mut rest, mut is_inside_path) = (line, false);
        while let Some(at) = rest.find("::") {
            let before = &rest[..at];
            let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |i| i + 1);
            let name = &before[start..];
            if start > 0 || !is_inside_path {
                roots.insert(name.to_owned());
            }
            (rest, is_inside_path) = (&rest[at + 2..], true);
            if name == "crate" {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let listed =
                    rest.strip_prefix('{').map(|list| list.split_once('}').map_or(list, |(list, _)| list));
                let modules = listed.unwrap_or(&rest[..end]).split(',').map(|path| path.trim());
                ours.extend(modules.map(|path| path.split("::").next().unwrap_or(path).to_owned()));
            }
        }
    }
    (roots, ours)
}

#[test]
fn no_module_reaches_up() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, below) in LAYERS {
        let files = sources(&src.join(module));
        assert!(!files.is_empty(), "src/{module} is gone");
        for file in files {
            let (roots, ours) = names(&std::fs::read_to_string(&file).unwrap());
            let allowed = |name: &str| name == *module || below.contains(&name);
            let up = ours.iter().find(|name| LAYERS.iter().any(|(other, _)| other == name) && !allowed(name));
            assert!(up.is_none(), "{} uses {}", file.display(), up.unwrap());
            let foreign =
                CRATES.iter().find(|(name, users)| roots.contains(*name) && !users.contains(module));
            assert!(foreign.is_none(), "{} uses {}", file.display(), foreign.unwrap().0);
        }
    }
}

#[test]
fn every_module_has_its_layer() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !["lib", "main"].contains(&name.as_str()) {
            assert!(LAYERS.iter().any(|(module, _)| *module == name), "src/{name} has no layer");
        }
    }
}

#[test]
fn names_are_found_in_every_form_of_path() {
    let (roots, ours) = names(
        "use crate::{app, sam::Query};\nlet x = egui::Id::new(crate::mask::Mask::new());\n// tract_onnx::x",
    );
    assert!(ours.iter().map(String::as_str).eq(["app", "mask", "sam"]));
    assert!(roots.contains("egui") && !roots.contains("Id") && !roots.contains("tract_onnx"));
}
