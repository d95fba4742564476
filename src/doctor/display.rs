//! The display that the window can be opened on.

use super::Finding;

#[cfg(any(target_os = "macos", windows))]
pub(super) fn check() -> Vec<Finding> {
    vec![Finding::ok("the one of the system")]
}

#[cfg(not(any(target_os = "macos", windows)))]
pub(super) use unix::check;

#[cfg(not(any(target_os = "macos", windows)))]
mod unix {
    use std::net::{TcpStream, ToSocketAddrs};
    use std::os::unix::net::UnixStream;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use super::Finding;

    /// How long a display behind a network is waited for.
    const PATIENCE: Duration = Duration::from_secs(2);
    /// The port of display 0; the others follow.
    const X11_PORT: u16 = 6000;

    pub fn check() -> Vec<Finding> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (wayland, x11) = (variable("WAYLAND_DISPLAY"), variable("DISPLAY"));
        let mut findings = vec![];
        if let Some(name) = &wayland {
            findings.push(of("Wayland", name, answers(&wayland_socket(name))));
        }
        if let Some(name) = &x11 {
            findings.push(of("X11", name, x11_answers(name)));
        }
        if findings.is_empty() {
            findings.push(Finding::warning(
                "no display: neither WAYLAND_DISPLAY nor DISPLAY is set",
                "the window needs a desktop session, ssh -X, or a virtual screen (xvfb-run tinsel); the commands \
                 need no display",
            ));
        }
        findings
    }

    fn of(kind: &str, name: &str, answers: bool) -> Finding {
        match answers {
            true => Finding::ok(format!("{kind}, {name}")),
            false => Finding::warning(
                format!("{kind}, {name}: does not answer"),
                "start the program from within the desktop session, or correct the variable",
            ),
        }
    }

    fn wayland_socket(name: &str) -> PathBuf {
        // An absolute name replaces the folder.
        Path::new(&std::env::var_os("XDG_RUNTIME_DIR").unwrap_or_default()).join(name)
    }

    fn answers(socket: &Path) -> bool {
        UnixStream::connect(socket).is_ok()
    }

    fn x11_answers(name: &str) -> bool {
        let Some((host, number)) = parsed(name) else { return false };
        if host.is_empty() || host == "unix" {
            return answers(Path::new(&format!("/tmp/.X11-unix/X{number}")));
        }
        let Some(port) = X11_PORT.checked_add(number) else { return false };
        let mut addresses = (host, port).to_socket_addrs().into_iter().flatten();
        addresses.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
    }

    /// Host and number of a display such as `:0`, `localhost:10.0`.
    fn parsed(name: &str) -> Option<(&str, u16)> {
        let (host, rest) = name.rsplit_once(':')?;
        Some((host, rest.split('.').next()?.parse().ok()?))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn displays_have_a_host_and_a_number() {
            assert_eq!(parsed(":0"), Some(("", 0)));
            assert_eq!(parsed("localhost:10.0"), Some(("localhost", 10)));
            assert_eq!((parsed("nonsense"), parsed(":x")), (None, None));
            assert!(!x11_answers(":987") && !check().is_empty());
        }
    }
}
