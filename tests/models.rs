//! Downloads of models, against a real HTTP server on loopback that misbehaves in every way we know of,
//! and `tinsel models`. Nothing here leaves this computer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tinsel::models::{
    CATALOGUE, DownloadError, Entry, OnDisk, Options, Progress, Source, Stage, Store, VerifyError, download,
    find, verify,
};

/// What the server was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    method: String,
    path: String,
    /// First byte of the range.
    offset: Option<usize>,
}

type Answer = Box<dyn Fn(&Request, &mut TcpStream) -> std::io::Result<()> + Send>;

/// A server that gives these answers, one for each connection, and then goes away.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    thread: JoinHandle<()>,
}

impl Server {
    fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/models/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(vec![]));
        let seen = requests.clone();
        let thread = std::thread::spawn(move || {
            for answer in answers {
                let Some(mut stream) = accept(&listener) else { return };
                // A client that hangs up is part of the game.
                let _ = serve(&mut stream, &seen, &answer);
            }
        });
        Self { url, requests, thread }
    }

    /// What it was asked, after it has given all its answers.
    fn requests(self) -> Vec<Request> {
        self.thread.join().unwrap();
        self.requests.lock().unwrap().clone()
    }

    fn offsets(self) -> Vec<Option<usize>> {
        self.requests().iter().map(|request| request.offset).collect()
    }
}

fn accept(listener: &TcpListener) -> Option<TcpStream> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if let Ok((stream, _)) = listener.accept() {
            stream.set_nonblocking(false).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
            return Some(stream);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

fn serve(stream: &mut TcpStream, seen: &Mutex<Vec<Request>>, answer: &Answer) -> std::io::Result<()> {
    loop {
        let mut lines = BufReader::new(stream.try_clone()?.take(1 << 16)).lines();
        let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        let mut words = first.split(' ').map(String::from);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut offset = None;
        for line in lines {
            let line = line?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            offset = line
                .strip_prefix("range: bytes=")
                .and_then(|r| r.trim_end_matches('-').parse().ok())
                .or(offset);
        }
        let request = Request { method, path, offset };
        seen.lock().unwrap().push(request.clone());
        if request.method == "CONNECT" {
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
            continue;
        }
        return answer(&request, stream);
    }
}

fn head(stream: &mut TcpStream, status: &str, headers: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n")
}

/// The part asked for of a body, of which only some bytes are sent; then the server waits until the client
/// hangs up, or hangs up itself.
fn some_of(body: &[u8], sent: usize, waits: bool) -> Answer {
    let body = body.to_vec();
    Box::new(move |request, stream| {
        let rest = &body[request.offset.unwrap_or(0)..];
        let length = format!("Content-Length: {}\r\n", rest.len());
        match request.offset {
            None => head(stream, "200 OK", &length)?,
            Some(offset) => {
                let range = format!("Content-Range: bytes {offset}-{}/{}\r\n", body.len() - 1, body.len());
                head(stream, "206 Partial Content", &format!("{length}{range}"))?;
            }
        }
        stream.write_all(&rest[..sent.min(rest.len())])?;
        if waits {
            stream.flush()?;
            let _ = stream.read(&mut [0]);
        }
        Ok(())
    })
}

/// A server as it should be.
fn good(body: &[u8]) -> Answer {
    some_of(body, usize::MAX, false)
}

/// Breaks off after so many bytes.
fn truncates(body: &[u8], sent: usize) -> Answer {
    some_of(body, sent, false)
}

/// Falls silent after so many bytes.
fn stalls(body: &[u8], sent: usize) -> Answer {
    some_of(body, sent, true)
}

/// A fixed answer, whatever is asked.
fn fixed(status: &'static str, headers: String, body: &[u8]) -> Answer {
    let body = body.to_vec();
    Box::new(move |_, stream| {
        head(stream, status, &headers)?;
        stream.write_all(&body)
    })
}

fn status(status: &'static str) -> Answer {
    fixed(status, "Content-Length: 0\r\n".into(), b"")
}

/// The whole body, whatever part is asked for.
fn ignores_ranges(body: &[u8]) -> Answer {
    fixed("200 OK", format!("Content-Length: {}\r\n", body.len()), body)
}

/// 300,007 bytes that do not repeat.
fn content() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..300_007).map(|_| next()).collect()
}

fn entry_of(content: &[u8]) -> Entry {
    let hash: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    Entry {
        name: "sample",
        source: Source::Sam2,
        path: "092824/sample.pt",
        bytes: Some(content.len() as u64),
        sha256: hash.leak(),
        title: "a sample",
        parameters: "none",
    }
}

/// Quick to give up, and deaf to the proxies of whoever runs the tests.
fn impatient() -> Options {
    Options {
        stall_limit: Duration::from_millis(300),
        attempts: 1,
        pause: Duration::from_millis(5),
        use_proxies: false,
    }
}

fn patient() -> Options {
    Options { attempts: 3, ..impatient() }
}

/// A store in a new folder, fed from a server.
fn store_of(server: &Server) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::new(&dir.path().join("new/models"), &server.url).unwrap();
    (dir, store)
}

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn fetch(store: &Store, entry: &Entry, options: &Options) -> Result<(), DownloadError> {
    let file = download(store, entry, options, &mut go_on)?;
    assert_eq!(file, store.file(entry));
    Ok(())
}

/// The file is there, right, and alone.
fn assert_complete(store: &Store, entry: &Entry, content: &[u8]) {
    assert!(std::fs::read(store.file(entry)).unwrap() == content);
    assert!(!store.part_file(entry).exists() && !store.bad_file(entry).exists());
    assert_eq!(store.state(entry), OnDisk::Present { bytes: content.len() as u64 });
    verify(store, entry, &mut go_on).unwrap();
}

#[test]
fn a_good_download_reports_its_progress_and_is_not_repeated() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![good(&content)]);
    let (_dir, store) = store_of(&server);
    let mut reports = vec![];
    let mut note = |progress| {
        reports.push(progress);
        go_on(progress)
    };
    download(&store, &entry, &impatient(), &mut note).unwrap();
    assert_complete(&store, &entry, &content);
    let last = reports.last().unwrap();
    assert_eq!((last.stage, last.bytes_done, last.bytes_total), (Stage::Downloading, 300_007, Some(300_007)));
    fetch(&store, &entry, &impatient()).unwrap();
    let asked = Request { method: "GET".into(), path: "/models/092824/sample.pt".into(), offset: None };
    assert_eq!(server.requests(), [asked]);
}

#[test]
fn a_truncated_download_is_resumed_at_once_or_later() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![truncates(&content, 1000), truncates(&content, 5000), good(&content)]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &impatient()).unwrap_err();
    assert!(matches!(error, DownloadError::Broken { bytes_done: 1000, .. }), "{error}");
    assert!(error.to_string().contains("1000 bytes are kept"), "{error}");
    assert_eq!(store.state(&entry), OnDisk::Partial { bytes: 1000 });
    fetch(&store, &entry, &patient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [None, Some(1000), Some(6000)]);
}

#[test]
fn attempts_count_only_while_nothing_new_comes() {
    let content = content();
    let entry = entry_of(&content);
    let steps = (0..6).map(|_| truncates(&content, 1000)).chain([good(&content)]);
    let server = Server::start(steps.collect());
    let (_dir, store) = store_of(&server);
    fetch(&store, &entry, &patient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.requests().len(), 7);

    // The same bytes over and over are no progress.
    let cut = || fixed("200 OK", format!("Content-Length: {}\r\n", content.len()), &content[..10]);
    let server = Server::start(vec![cut(), cut(), cut()]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    assert!(matches!(error, DownloadError::Broken { .. }), "{error}");
    assert_eq!(server.offsets(), [None, Some(10), Some(10)]);
}

#[test]
fn a_server_that_ignores_ranges_sends_all_again() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![truncates(&content, 1000), ignores_ranges(&content)]);
    let (_dir, store) = store_of(&server);
    fetch(&store, &entry, &patient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [None, Some(1000)]);
}

#[test]
fn a_wrong_range_is_not_appended() {
    let content = content();
    let entry = entry_of(&content);
    for range in ["bytes 999-300006/300007", "bytes 1000-300006/300008", "bytes */*", "nonsense"] {
        let wrong = fixed("206 Partial Content", format!("Content-Range: {range}\r\n"), b"not these bytes");
        let server = Server::start(vec![truncates(&content, 1000), wrong, good(&content)]);
        let (_dir, store) = store_of(&server);
        fetch(&store, &entry, &patient()).unwrap();
        assert_complete(&store, &entry, &content);
        assert_eq!(server.offsets(), [None, Some(1000), None], "{range}");
    }
    // A range that no one asked for.
    let wrong = || fixed("206 Partial Content", "Content-Range: bytes 5-9/10\r\n".into(), b"12345");
    let server = Server::start(vec![wrong(), wrong()]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    assert!(matches!(error, DownloadError::OtherFile { .. }), "{error}");
}

#[test]
fn without_a_known_length_the_hash_says_when_all_is_there() {
    let content = content();
    let entry = Entry { bytes: None, ..entry_of(&content) };
    let beyond = || status("416 Range Not Satisfiable");
    // Resumed with all there is: nothing more to get.
    let server = Server::start(vec![beyond()]);
    let (_dir, store) = store_of(&server);
    std::fs::create_dir_all(store.folder()).unwrap();
    std::fs::write(store.part_file(&entry), &content).unwrap();
    fetch(&store, &entry, &impatient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [Some(300_007)]);
    // Resumed with more than there is: begins again.
    let server = Server::start(vec![beyond(), good(&content)]);
    let (_dir, store) = store_of(&server);
    std::fs::create_dir_all(store.folder()).unwrap();
    std::fs::write(store.part_file(&entry), vec![1; 400_000]).unwrap();
    fetch(&store, &entry, &impatient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [Some(400_000), None]);
    // Resumed in the middle, the total is that of the range.
    let server = Server::start(vec![truncates(&content, 1000), truncates(&content, 5), good(&content)]);
    let (_dir, store) = store_of(&server);
    fetch(&store, &entry, &patient()).unwrap();
    assert_complete(&store, &entry, &content);
}

#[test]
fn a_part_that_is_too_long_is_thrown_away() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![good(&content)]);
    let (_dir, store) = store_of(&server);
    std::fs::create_dir_all(store.folder()).unwrap();
    std::fs::write(store.part_file(&entry), vec![1; 400_000]).unwrap();
    fetch(&store, &entry, &impatient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [None]);
}

#[test]
fn a_stalled_download_ends_and_is_resumed_later() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![stalls(&content, 2000), good(&content)]);
    let (_dir, store) = store_of(&server);
    let start = Instant::now();
    let error = fetch(&store, &entry, &impatient()).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(error.to_string().contains("no data for 0.3 s; 2000 bytes are kept"), "{error}");
    fetch(&store, &entry, &impatient()).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [None, Some(2000)]);
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let entry = entry_of(b"x");
    let silent: Answer = Box::new(|_, stream| stream.read(&mut [0]).map(|_| ()));
    let server = Server::start(vec![silent]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &impatient()).unwrap_err();
    assert!(error.to_string().contains("no data for 0.3 s"), "{error}");
}

#[test]
fn refusals_are_final_and_overload_is_not() {
    let content = content();
    let entry = entry_of(&content);
    for refusal in ["404 Not Found", "403 Forbidden", "204 No Content", "416 Range Not Satisfiable"] {
        let server = Server::start(vec![status(refusal)]);
        let (_dir, store) = store_of(&server);
        let error = fetch(&store, &entry, &patient()).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains(&format!("the server responded with status {}", &refusal[..3])),
            "{message}"
        );
        assert!(message.contains(&store.url(&entry)), "{message}");
        assert_eq!(server.requests().len(), 1);
    }
    let server = Server::start(vec![status("503 Busy"), status("429 Slowly"), good(&content)]);
    let (_dir, store) = store_of(&server);
    fetch(&store, &entry, &patient()).unwrap();
    assert_complete(&store, &entry, &content);

    let server = Server::start(vec![status("500 Oh"), status("502 Oh"), status("503 Oh")]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    assert!(matches!(error, DownloadError::Status { status: 503, .. }), "{error}");
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn a_wrong_byte_is_found_and_the_file_kept_aside() {
    let content = content();
    let entry = entry_of(&content);
    let mut wrong = content.clone();
    wrong[123_456] ^= 1;
    let server = Server::start(vec![good(&wrong), good(&content)]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &impatient()).unwrap_err();
    let DownloadError::WrongHash { bad, .. } = &error else { panic!("{error}") };
    assert_eq!(*bad, store.bad_file(&entry));
    assert!(std::fs::read(bad).unwrap() == wrong);
    let message = error.to_string();
    assert!(message.contains(entry.sha256) && message.contains("sample.pt.bad"), "{message}");
    assert_eq!(store.state(&entry), OnDisk::Missing);
    // The next one begins anew.
    fetch(&store, &entry, &impatient()).unwrap();
    assert!(std::fs::read(store.file(&entry)).unwrap() == content);
    assert_eq!(server.offsets(), [None, None]);
}

#[test]
fn a_damaged_file_on_disk_is_found_and_replaced() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![good(&content), good(&content)]);
    let (_dir, store) = store_of(&server);
    assert!(matches!(verify(&store, &entry, &mut go_on), Err(VerifyError::Missing { .. })));
    std::fs::create_dir_all(store.folder()).unwrap();
    for damaged in [vec![7; content.len()], vec![7; 10]] {
        std::fs::write(store.file(&entry), &damaged).unwrap();
        let error = verify(&store, &entry, &mut go_on).unwrap_err().to_string();
        assert!(error.contains("sample.pt") && error.contains("`tinsel models download sample`"), "{error}");
        fetch(&store, &entry, &impatient()).unwrap();
        assert!(std::fs::read(store.file(&entry)).unwrap() == content);
        assert!(std::fs::read(store.bad_file(&entry)).unwrap() == damaged);
    }
    let stop = &mut |_| ControlFlow::Break(());
    assert!(matches!(verify(&store, &entry, stop), Err(VerifyError::Cancelled)));
}

#[test]
fn redirects_are_followed_with_the_range_and_not_for_ever() {
    let content = content();
    let entry = entry_of(&content);
    let elsewhere = Server::start(vec![good(&content)]);
    let leads = |url: &str| fixed("302 Found", format!("Location: {url}\r\nContent-Length: 0\r\n"), b"");
    let server = Server::start(vec![leads(&format!("{}other/place", elsewhere.url))]);
    let (_dir, store) = store_of(&server);
    std::fs::create_dir_all(store.folder()).unwrap();
    std::fs::write(store.part_file(&entry), &content[..5000]).unwrap();
    fetch(&store, &entry, &impatient()).unwrap();
    assert_complete(&store, &entry, &content);
    let asked = Request { method: "GET".into(), path: "/models/other/place".into(), offset: Some(5000) };
    assert_eq!(elsewhere.requests(), [asked]);

    let server = Server::start((0..6).map(|_| leads("/models/again")).collect());
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    assert!(error.to_string().contains("too many redirects"), "{error}");
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn no_more_is_written_than_the_file_has() {
    let content = content();
    let entry = entry_of(&content);
    let longer = [&content[..], b"!"].concat();
    // The server says so: nothing is written at all.
    let server = Server::start(vec![good(&longer)]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    assert!(error.to_string().contains("a file of 300008 bytes instead of 300007"), "{error}");
    assert_eq!(store.state(&entry), OnDisk::Partial { bytes: 0 });
    // It does not: all is thrown away.
    let server = Server::start(vec![fixed("200 OK", String::new(), &longer)]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    assert!(error.to_string().contains("more than 300007 bytes"), "{error}");
    assert_eq!(store.state(&entry), OnDisk::Partial { bytes: 0 });
    // A length beyond belief, for a file of unknown length.
    let huge = fixed("200 OK", "Content-Length: 99999999999\r\n".into(), b"x");
    let server = Server::start(vec![huge]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &Entry { bytes: None, ..entry }, &patient()).unwrap_err();
    assert!(error.to_string().contains("too many for a model"), "{error}");
}

#[test]
fn a_login_page_is_no_model_and_costs_nothing() {
    let content = content();
    let entry = Entry { bytes: None, ..entry_of(&content) };
    let page = fixed("200 OK", "Content-Type: Text/HTML; charset=utf-8\r\n".into(), b"<html>Log in!</html>");
    let server = Server::start(vec![truncates(&content, 1000), page]);
    let (_dir, store) = store_of(&server);
    let error = fetch(&store, &entry, &patient()).unwrap_err().to_string();
    assert!(error.contains("a web page") && error.contains("login"), "{error}");
    assert_eq!(store.state(&entry), OnDisk::Partial { bytes: 1000 });
}

#[test]
fn a_cancelled_download_ends_at_once_and_is_resumed_later() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![stalls(&content, 3000), good(&content)]);
    let (_dir, store) = store_of(&server);
    let slow = Options { stall_limit: Duration::from_secs(60), ..impatient() };
    let start = Instant::now();
    let mut stop = |progress: Progress| match progress.bytes_done {
        3000 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let error = download(&store, &entry, &slow, &mut stop).unwrap_err();
    assert!(matches!(error, DownloadError::Cancelled), "{error}");
    // The server has fallen silent, and no one waits for it.
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(store.state(&entry), OnDisk::Partial { bytes: 3000 });
    fetch(&store, &entry, &slow).unwrap();
    assert_complete(&store, &entry, &content);
    assert_eq!(server.offsets(), [None, Some(3000)]);
}

#[test]
fn two_downloads_of_the_same_do_not_mix() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![good(&content)]);
    let (_dir, store) = store_of(&server);
    let mut second = None;
    let mut at_once = |progress| {
        second.get_or_insert_with(|| fetch(&store, &entry, &impatient()).unwrap_err());
        go_on(progress)
    };
    download(&store, &entry, &impatient(), &mut at_once).unwrap();
    assert_complete(&store, &entry, &content);
    let error = second.unwrap();
    assert!(error.to_string().starts_with("another download of sample is running"), "{error}");
}

#[test]
fn without_a_network_the_message_says_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let store = Store::new(dir.path(), &format!("http://me:secret@{free}")).unwrap();
    let entry = entry_of(b"x");
    let error = fetch(&store, &entry, &Options { use_proxies: false, ..Options::default() }).unwrap_err();
    let message = error.to_string();
    let file = store.file(&entry).display().to_string();
    for part in
        [&format!("http://{free}/092824/sample.pt: cannot be reached"), &file, "built-in model", "refused"]
    {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert!(!message.contains("secret"), "{message}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let content = content();
    let entry = entry_of(&content);
    let server = Server::start(vec![good(&content)]);
    let (_dir, store) = store_of(&server);
    std::fs::create_dir_all(store.folder()).unwrap();
    std::os::unix::fs::symlink("/dev/full", store.part_file(&entry)).unwrap();
    let error = fetch(&store, &entry, &patient()).unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, DownloadError::Disk { .. }), "{message}");
    for part in ["sample.pt.part", "No space left", "TINSEL_MODELS_DIR"] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), b"").unwrap();
    let store = Store::new(&dir.path().join("file/models"), "http://127.0.0.1:9/").unwrap();
    let error = fetch(&store, &entry_of(b"x"), &impatient()).unwrap_err();
    assert!(matches!(error, DownloadError::Disk { .. }), "{error}");
}

/// Exit code, output and errors of `tinsel models`.
fn tinsel(
    arguments: &[&str],
    folder: &Path,
    url: &str,
    proxies: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinsel"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command.envs(proxies.iter().copied());
    command.env("TINSEL_MODELS_DIR", folder).env("TINSEL_MODELS_URL", url);
    let done = command.arg("models").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

/// An address that no one listens on.
const NOWHERE: &str = "http://127.0.0.1:9/";

#[test]
fn the_command_line_lists_and_tells() {
    let dir = tempfile::tempdir().unwrap();
    let ask = |arguments: &[&str]| tinsel(arguments, dir.path(), NOWHERE, &[]);
    let succeed = |arguments: &[&str]| {
        let (code, out, err) = ask(arguments);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}");
        out
    };
    let [tiny, small, old] = ["sam2.1-tiny", "sam2.1-small", "sam2-large"].map(|name| find(name).unwrap());
    let file_of = |entry: &Entry| dir.path().join(entry.file_name());
    std::fs::write(dir.path().join("sam2.1_hiera_small.pt.part"), vec![0; 1 << 20]).unwrap();
    std::fs::write(file_of(tiny), b"too short").unwrap();
    std::fs::write(file_of(old), b"of unknown length").unwrap();

    let list = succeed(&["list"]);
    let row = |name: &str| list.lines().find(|l| l.split(' ').next() == Some(name)).unwrap().to_owned();
    assert!(CATALOGUE.iter().all(|entry| row(entry.name).contains(entry.parameters)));
    assert!(row("mobile-sam").ends_with("built in"), "{list}");
    assert!(row("sam2.1-tiny").contains("156 MB") && row("sam2.1-tiny").ends_with("wrong size"), "{list}");
    assert!(row("sam2.1-small").ends_with("0 %, can be resumed"), "{list}");
    assert!(row("sam2-large").ends_with("yes") && row("sam2-tiny").ends_with("no"), "{list}");
    assert!(list.contains(dir.path().to_str().unwrap()), "{list}");

    let info = succeed(&["info", "sam2.1-small"]);
    for part in
        ["Apache-2.0", small.sha256, "184416285", "46 M", "http://127.0.0.1:9/092824/", "facebookresearch"]
    {
        assert!(info.contains(part), "{part} in {info}");
    }
    assert!(succeed(&["info", "mobile-sam"]).contains("built in"));

    assert_eq!(succeed(&["path"]).trim_end(), dir.path().to_str().unwrap());
    assert_eq!(succeed(&["path", "sam2-large"]).trim_end(), file_of(old).to_str().unwrap());
    for name in ["sam2.1-small", "sam2.1-tiny"] {
        let (code, out, err) = ask(&["path", name]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains(&format!("`tinsel models download {name}`")), "{err}");
    }

    let (code, out, err) = ask(&["verify"]);
    assert_eq!((code, out.as_str(), err.lines().count()), (Some(1), "", 2), "{err}");
    assert!(err.contains("9 bytes instead of 156008466") && err.contains("its SHA-256 is"), "{err}");
    let (code, _, err) = ask(&["verify", "sam2-small"]);
    assert!(code == Some(1) && err.contains("not on this computer"), "{err}");
    assert!(succeed(&["download", "mobile-sam"]).contains("built in"));
    assert!(succeed(&["verify", "mobile-sam"]).contains("built in"));

    for arguments in [&["info", "sam2.1-tyni"][..], &["download", "sam2.1-tyni"], &["verify", "sam2.1-tyni"]]
    {
        let (code, out, err) = ask(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert!(err.contains("did you mean `sam2.1-tiny`?") && err.contains("mobile-sam"), "{err}");
    }
    assert_eq!(ask(&[]).0, Some(2));
    assert_eq!(ask(&["download"]).0, Some(2));
    let (code, _, err) = tinsel(&["list"], dir.path(), "mirror", &[]);
    assert!(code == Some(2) && err.contains("correct TINSEL_MODELS_URL"), "{err}");
}

#[test]
fn the_command_line_downloads_and_refuses_what_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(vec![good(b"no model"), good(b"no model"), status("404 Not Found")]);
    // The length is not known: only the hash can tell.
    let (code, out, err) = tinsel(&["download", "sam2-tiny"], dir.path(), &server.url, &[]);
    assert_eq!((code, out.as_str(), err.lines().count()), (Some(1), "", 1), "{err}");
    assert!(err.contains("sam2_hiera_tiny.pt.bad") && err.contains("65b50056"), "{err}");
    assert_eq!(std::fs::read(dir.path().join("sam2_hiera_tiny.pt.bad")).unwrap(), b"no model");
    let (code, _, err) = tinsel(&["download", "sam2.1-tiny"], dir.path(), &server.url, &[]);
    assert!(code == Some(1) && err.contains("a file of 8 bytes instead of 156008466"), "{err}");
    // Proxies are for others: this host is excepted.
    let proxies = [("HTTP_PROXY", NOWHERE), ("NO_PROXY", "127.0.0.1")];
    let (code, _, err) = tinsel(&["download", "sam2-tiny"], dir.path(), &server.url, &proxies);
    assert!(code == Some(1) && err.contains("the server responded with status 404"), "{err}");
    let asked: Vec<String> = server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked[0], "/models/072824/sam2_hiera_tiny.pt");
    assert_eq!(asked[1], "/models/092824/sam2.1_hiera_tiny.pt");

    let (code, _, err) = tinsel(&["download", "sam2.1-tiny"], dir.path(), NOWHERE, &[]);
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    assert!(err.contains("cannot be reached") && err.contains("built-in model"), "{err}");
    assert!(err.contains(dir.path().join("sam2.1_hiera_tiny.pt").to_str().unwrap()), "{err}");
}

#[test]
fn proxies_of_the_environment_are_used() {
    let dir = tempfile::tempdir().unwrap();
    let proxy = Server::start(vec![status("404 Not Found")]);
    // A name that exists nowhere: only the proxy could know it.
    let proxies = [("HTTP_PROXY", proxy.url.as_str())];
    let (code, _, err) = tinsel(&["download", "sam2.1-tiny"], dir.path(), "http://models.invalid/", &proxies);
    assert!(code == Some(1) && err.contains("the server responded with status 404"), "{err}");
    let asked = proxy.requests();
    assert_eq!((asked[0].method.as_str(), asked[0].path.as_str()), ("CONNECT", "models.invalid:80"));
    assert_eq!(asked[1].path, "/092824/sam2.1_hiera_tiny.pt");
}
