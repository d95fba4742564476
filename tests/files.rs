//! Files as other processes see them: what is left when one is killed while it writes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tinsel::files::session::{LoadedState, SaveError, Session, SessionMask};
use tinsel::mask::Mask;

const SIZE: (u32, u32) = (640, 480);
const FINGERPRINT: u64 = 1;
/// Tells the test binary that it is the child that saves.
const CHILD: &str = "TINSEL_TEST_SAVE_LOOP";

/// A session in which every part tells the same number. Quickly made, so that a process that saves
/// one after another spends its time saving.
fn numbered(n: u64) -> Session {
    static MASK: LazyLock<Arc<Mask>> =
        LazyLock::new(|| Arc::new(Mask::from_fn(SIZE.0, SIZE.1, |x, y| (x * 3 + y).is_multiple_of(11))));
    let mut session = Session::new("a.jpg".into(), SIZE, FINGERPRINT);
    session.model = Some(n.to_string());
    session.masks = (0..20).map(|_| SessionMask::new(n.to_string(), [0; 3], MASK.clone())).collect();
    session
}

fn number(photo: &Path) -> u64 {
    let loaded = Session::load(photo, SIZE, FINGERPRINT).unwrap();
    let LoadedState::Found(session) = loaded.state else { panic!("{:?}", loaded.state) };
    let n = session.model.clone().unwrap();
    assert!(session.masks.len() == 20 && session.masks.iter().all(|mask| mask.name == n));
    n.parse().unwrap()
}

/// What the child does: saves one session after another and tells each that is saved.
#[test]
fn save_loop() {
    let Some(photo) = std::env::var_os(CHILD) else { return };
    let loaded = Session::load(photo.as_ref(), SIZE, FINGERPRINT).unwrap();
    let mut n = match loaded.state {
        LoadedState::Found(session) => session.model.unwrap().parse().unwrap(),
        _ => 0,
    };
    let mut stamp = loaded.stamp;
    loop {
        n += 1;
        stamp = numbered(n).save(&loaded.path, &stamp).unwrap();
        println!("saved {n}");
    }
}

#[test]
#[cfg(unix)]
fn a_killed_process_leaves_the_last_save_or_the_one_before() {
    const ROUNDS: u64 = 60;
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join("a.jpg");
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["save_loop", "--exact", "--nocapture"])
            .env(CHILD, &photo)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let saved = |line: std::io::Result<String>| {
            line.unwrap().rsplit_once("saved ").map(|(_, n)| n.parse::<u64>().unwrap())
        };
        let first = lines.by_ref().find_map(saved).unwrap();
        // At a time that has nothing to do with what it is doing, SIGKILL.
        std::thread::sleep(Duration::from_micros(1000 + round * 7919 % 60_000));
        child.kill().unwrap();
        let told = lines.filter_map(saved).last().unwrap_or(first);
        child.wait().unwrap();
        let kept = number(&photo);
        assert!(kept == told || kept == told + 1, "round {round}: told {told}, kept {kept}");
    }
    // Without these the process would never have been killed while it saved.
    let is_abandoned = |name: &str| name.starts_with(".a.jpg.tinsel.json-");
    let entries = std::fs::read_dir(dir.path()).unwrap();
    let abandoned =
        entries.filter(|e| is_abandoned(&e.as_ref().unwrap().file_name().to_string_lossy())).count();
    assert!(abandoned > 0);
    println!("killed {ROUNDS} times, {abandoned} of them while it was writing");
}

#[test]
fn two_processes_do_not_destroy_each_others_work() {
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join("a.jpg");
    // Many threads race for the first save; exactly one wins, and the others are told.
    let results: Vec<_> = std::thread::scope(|scope| {
        let race = |n: u64| {
            let photo = &photo;
            scope.spawn(move || {
                let loaded = Session::load(photo, SIZE, FINGERPRINT).unwrap();
                assert!(matches!(loaded.state, LoadedState::Fresh | LoadedState::Found(_)));
                (n, numbered(n).save(&loaded.path, &loaded.stamp))
            })
        };
        let threads: Vec<_> = (0..8).map(race).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let saved: Vec<u64> = results.iter().filter(|(_, r)| r.is_ok()).map(|(n, _)| *n).collect();
    assert!(results.iter().all(|(_, r)| matches!(r, Ok(_) | Err(SaveError::ChangedByOther { .. }))));
    assert!(saved.contains(&number(&photo)), "{saved:?}");
}
