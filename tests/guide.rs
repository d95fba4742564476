//! The documents: their links, and every command in the guide. Blocks of shell run as they stand, one after the other, in a folder with sample photos.
//! Those marked `no-run` need a screen, a network or another machine; their commands are only parsed.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use tempfile::TempDir;
use tinsel::cli::Cli;
use tinsel::files::Photo;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A block of shell in a page.
#[derive(Debug)]
struct Block {
    /// Line of its first command in the page, counted from 1.
    line: usize,
    text: String,
    runs: bool,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = vec![];
    let mut is_inside = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some("") => is_inside = false,
            Some(language) => {
                assert!(["sh", "sh no-run"].contains(&language), "a block of `{language}`");
                blocks.push(Block { line: index + 2, text: String::new(), runs: language == "sh" });
                is_inside = true;
            }
            None if is_inside => blocks.last_mut().unwrap().text += &format!("{line}\n"),
            None => {}
        }
    }
    blocks
}

/// What the pages assume: two photos, and a burst of frames in which the camera moves a little.
fn prepared() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    let burst = folder.path().join("burst");
    fs::create_dir_all(&photos).unwrap();
    fs::create_dir_all(&burst).unwrap();
    for name in ["coffee.jpg", "cat.jpg"] {
        fs::copy(Path::new(ROOT).join("assets/samples").join(name), photos.join(name)).unwrap();
    }
    let coffee = image::open(photos.join("coffee.jpg")).unwrap();
    for n in 0..4 {
        let frame = coffee.crop_imm(300 + 6 * n, 200 + 2 * n, 240, 200);
        frame.save(burst.join(format!("{n:04}.png"))).unwrap();
    }
    assert!(Photo::open(&burst.join("0003.png")).is_ok());
    folder
}

/// Runs a page's blocks as a reader would.
fn run(page: &str) {
    let path = Path::new(ROOT).join("docs/guide").join(page);
    let folder = prepared();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tinsel"));
    let paths = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    for block in blocks(&fs::read_to_string(&path).unwrap()) {
        let place = format!("{page}, line {}", block.line);
        if !block.runs {
            parsed(&block.text, &place);
            continue;
        }
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &block.text]).current_dir(folder.path()).env("PATH", &paths);
        for (variable, name) in
            [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")]
        {
            shell.env(variable, folder.path().join(".home").join(name));
        }
        let done = shell.output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{place}: {}\n{}{said}", done.status, block.text);
    }
}

/// The commands of a block are such as the program takes.
fn parsed(text: &str, place: &str) {
    let commands = text.lines().filter(|line| line.starts_with("tinsel"));
    for command in commands {
        // What a cluster puts in, as numbers.
        let command = command.replace("$((JOB_COMPLETION_INDEX + 1))", "1");
        let command = command.replace("$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT", "1/8");
        let result = Cli::try_parse_from(command.split_whitespace());
        assert!(result.is_ok(), "{place}: {command}: {}", result.err().unwrap());
    }
}

#[test]
fn first_steps() {
    run("first-steps.md");
}

#[test]
fn a_data_set() {
    run("data-set.md");
}

#[test]
fn sequences() {
    run("sequences.md");
}

#[test]
fn models() {
    run("models.md");
}

#[test]
fn many_photos() {
    run("cluster.md");
}

#[test]
fn the_index_names_every_page() {
    run("README.md");
    let guide = Path::new(ROOT).join("docs/guide");
    let index = fs::read_to_string(guide.join("README.md")).unwrap();
    for page in fs::read_dir(guide).unwrap().map(|entry| entry.unwrap().path()) {
        let name = page.file_name().unwrap().to_str().unwrap();
        let is_page = name.ends_with(".md") && name != "README.md";
        assert!(!is_page || index.contains(&format!("({name})")), "{name}");
    }
}

#[test]
fn links_lead_somewhere() {
    let documents = ["README.md", "CONTRIBUTING.md", "packaging/README.md"];
    let documents = documents.map(|name| Path::new(ROOT).join(name)).into_iter();
    let files =
        |folder| fs::read_dir(Path::new(ROOT).join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let documents = documents.chain(["docs", "docs/guide"].into_iter().flat_map(files));
    for document in documents.filter(|path| path.extension().is_some_and(|e| e == "md")) {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_here =
                link.is_empty() || link.contains("://") || document.parent().unwrap().join(link).exists();
            assert!(is_here, "{}: {link}", document.display());
        }
    }
}
