//! `--log` and its variables.

use std::process::Command;

use super::{COFFEE, Folder, fails, succeed};

#[test]
fn the_log_says_what_was_done_and_changes_no_output() {
    let folder = Folder::new();
    let log = folder.path("tinsel.log");
    let predict = ["predict", COFFEE, "--point", "290,170"];
    let with_log = succeed(&[&predict[..], &["--log", &log, "--log-level", "debug"]].concat());
    assert_eq!(with_log, succeed(&predict));
    let text = std::fs::read_to_string(&log).unwrap();
    for part in [tinsel::about::VERSION, "mobile-sam loaded in", "encoded in", "600 x 400 pixels"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let is_stamped =
        |line: &str| line.len() > 24 && line.as_bytes()[10] == b'T' && line.as_bytes()[23] == b'Z';
    assert!(text.lines().all(is_stamped), "{text}");

    let run = |level: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
        command.args(["predict", "missing.jpg", "--point", "1,1"]).env("TINSEL_LOG", &log);
        command.env("TINSEL_LOG_LEVEL", level).output().unwrap()
    };
    assert_eq!(run("error").status.code(), Some(1));
    let longer = std::fs::read_to_string(&log).unwrap();
    let added = longer.strip_prefix(&text).expect("lines are added");
    assert!(
        added.lines().count() == 1 && added.contains("ERROR") && added.contains("missing.jpg"),
        "{added}"
    );
    let wrong = run("loud");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("TINSEL_LOG_LEVEL is `loud`"));
}

#[test]
fn a_log_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let nowhere = folder.path("missing/tinsel.log");
    fails(&["models", "list", "--log", &nowhere], 2, &["missing/tinsel.log", "cannot be written", "--log"]);
    fails(&["--log", &nowhere, "models", "list"], 2, &["missing/tinsel.log"]);
}
