//! The program that decodes films.

use std::process::{Command, Stdio};

use super::Finding;

pub(super) fn check() -> Vec<Finding> {
    let asked = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).output();
    let version = asked.ok().filter(|output| output.status.success());
    vec![match version {
        Some(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            let first = text.lines().next().unwrap_or("ffmpeg");
            Finding::ok(first.split(" Copyright").next().unwrap_or(first))
        }
        None => Finding::warning(
            "ffmpeg not found: films can be neither opened nor written",
            "install ffmpeg (on Debian and Ubuntu apt-get install ffmpeg); folders of photos and animated pictures \
             need none",
        ),
    }]
}
