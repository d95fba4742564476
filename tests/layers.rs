//! The layers point one way: each module names only modules below it.

use std::path::{Path, PathBuf};

/// Folder under src/, and what its files must not mention.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("mask", &["crate::sam", "crate::everything", "crate::document", "crate::files", "crate::engine"]),
    ("sam", &["crate::everything", "crate::document", "crate::files", "crate::engine"]),
    ("everything", &["crate::document", "crate::files", "crate::engine", "tract_"]),
    ("document", &["crate::files", "crate::engine", "tract_"]),
    ("files", &["crate::everything", "crate::sam", "crate::engine", "tract_"]),
    (
        "models",
        &["crate::sam", "crate::everything", "crate::document", "crate::files", "crate::engine", "tract_"],
    ),
    ("engine", &["crate::document", "crate::files", "tract_"]),
    ("cli", &["crate::engine", "tract_"]),
    ("app", &["crate::cli", "tract_"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn no_module_reaches_up() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, forbidden) in FORBIDDEN {
        let files = sources(&src.join(module));
        assert!(!files.is_empty(), "src/{module} is gone");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let outside = ["app", "cli"].contains(module);
            let ui = ["egui", "eframe", "crate::app", "crate::cli"].iter().filter(|_| !outside);
            for name in forbidden.iter().chain(ui) {
                let found = text.lines().find(|line| line.contains(name) && !line.trim().starts_with("//"));
                assert!(found.is_none(), "{} mentions {name}: {}", file.display(), found.unwrap_or(""));
            }
        }
    }
}
