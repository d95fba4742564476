//! Completions and manual pages.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Folder, fails, succeed};

/// The commands of the program, as its help lists them.
fn commands() -> Vec<String> {
    let help = succeed(&["--help"]);
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    let (listed, _) = listed.split_once("\n\n").unwrap();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// Whether a program is installed.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[test]
fn completions_name_every_command_and_are_accepted_by_bash() {
    let (folder, commands) = (Folder::new(), commands());
    assert!(commands.len() > 9 && commands.contains(&"completions".into()), "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(&["completions", shell]);
        let missing = commands.iter().find(|command| !script.contains(*command));
        assert!(missing.is_none() && script.contains("--points-per-side"), "{shell}: {missing:?}");
        if shell == "bash" && has("bash") {
            let file = folder.file("completions", script.as_bytes());
            assert!(Command::new("bash").args(["-n", &file]).status().unwrap().success());
        }
    }
    fails(&["completions", "csh"], 2, &["csh"]);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let folder = Folder::new();
    assert_eq!(succeed(&["man", "--folder", &folder.path("man1")]), "");
    let pages = folder.names("man1");
    let expected = commands().into_iter().map(|command| format!("tinsel-{command}.1"));
    for page in expected.chain(["tinsel.1".into(), "tinsel-models-download.1".into()]) {
        assert!(pages.contains(&page), "{page} is not among {pages:?}");
    }
    for page in &pages {
        check_page(&folder.path(&format!("man1/{page}")));
    }
    assert_eq!(succeed(&["man"]), std::fs::read_to_string(folder.path("man1/tinsel.1")).unwrap());
    fails(&["man", "--folder", &folder.path("man1/tinsel.1/x")], 1, &["tinsel.1", "--folder"]);
}

/// Asserts that a page has its parts, and that `man` has nothing to complain about.
fn check_page(file: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    for section in [".TH tinsel", ".SH NAME", ".SH SYNOPSIS", ".SH \"EXIT STATUS\"", ".SH \"SEE ALSO\""] {
        assert!(text.lines().any(|line| line.starts_with(section)), "{file}: {section}");
    }
    assert!(text.contains("143") && !text.contains("Exit codes:"), "{file}");
    let is_request = |line: &&str| line.starts_with('.') && !line.starts_with(".\\\"");
    let known = ["TH", "SH", "TP", "nf", "fi", "br", "ie", "el", "RS", "RE", "PP", "IP"];
    for request in text.lines().filter(is_request) {
        let name = request[1..].split(' ').next().unwrap();
        assert!(known.contains(&name), "{file}: {request}");
    }
    if has("man") && Path::new("/usr/bin/groff").exists() {
        let mut man = Command::new("man");
        man.args(["--warnings", "-l", "-Tutf8", file]).env("LC_ALL", "C.UTF-8");
        let done = man.env("MANPAGER", "cat").env("MANWIDTH", "100").output().unwrap();
        let complaints = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success() && complaints.is_empty(), "{file}: {complaints}");
    }
}
