//! `tinsel doctor`

use std::process::Command;

use serde_json::Value;

use super::Folder;

/// Runs it without a display, with these variables.
fn doctor(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
    command.arg("doctor").args(arguments);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "TINSEL_MODELS_DIR"] {
        command.env_remove(name);
    }
    let done = command.envs(variables.iter().copied()).output().unwrap();
    assert!(!String::from_utf8_lossy(&done.stderr).contains("panicked"));
    (done.status.code(), String::from_utf8(done.stdout).unwrap())
}

#[test]
fn the_doctor_finds_the_program_well_without_a_display() {
    let folder = Folder::new();
    let models = folder.path("models");
    let data = folder.path("");
    let variables = [("TINSEL_MODELS_DIR", &*models), ("XDG_DATA_HOME", &data), ("XDG_CACHE_HOME", &data)];
    let (code, text) = doctor(&[], &variables);
    assert_eq!(code, Some(0), "{text}");
    for part in ["Tinsel 0.1.0 (", "kernels of the networks: ", "click answered in", "mobile-sam: built in"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    if cfg!(target_os = "linux") {
        assert!(text.contains("warning  no display") && text.contains("xvfb-run"), "{text}");
    }
    assert!(!text.contains('\u{1b}'), "colours are for terminals");
    let is_finding =
        |line: &str| ["ok", "warning", "failed", "->"].iter().any(|word| line.trim().starts_with(word));
    assert!(text.lines().filter(|line| line.starts_with(' ')).all(is_finding), "{text}");
}

#[test]
fn a_damaged_model_is_a_failure_also_as_json() {
    let folder = Folder::new();
    let entry = tinsel::models::find("sam2.1-tiny").unwrap();
    folder.file(entry.file_name(), b"no weights");
    let (code, text) = doctor(&["--json"], &[("TINSEL_MODELS_DIR", &folder.path(""))]);
    assert_eq!(code, Some(1), "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let models = checks.iter().find(|check| check["title"] == "Models").unwrap();
    let failed = models["findings"].as_array().unwrap().iter().find(|f| f["verdict"] == "failed").unwrap();
    assert!(failed["advice"].as_str().unwrap().contains("tinsel models download sam2.1-tiny"), "{failed}");
}
