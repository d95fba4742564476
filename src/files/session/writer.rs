//! The thread that writes sessions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, unbounded};

use super::autosave::{PATIENCE, Revision};
use super::content::Session;
use super::target::{Content, Place, Saved, Target};
use crate::files::stamped::Stamp;

/// A session to be written.
pub(super) struct Job {
    pub photo: u64,
    pub revision: Revision,
    pub session: Session,
    pub target: Target,
    pub content: Content,
}

/// The result of a job.
pub(super) struct Done {
    pub photo: u64,
    pub revision: Revision,
    pub result: Result<Saved, String>,
}

/// A request to the thread.
enum Order {
    Save(Box<Job>),
    /// Requests an answer once all previous requests are done.
    Answer(Sender<()>),
}

/// The job of each photo that waits for further changes.
type Waiting = Arc<Mutex<HashMap<u64, Job>>>;

/// Handle to the thread.
pub(super) struct Writer {
    orders: Sender<Order>,
    waiting: Waiting,
    done: Receiver<Done>,
}

impl Writer {
    /// Starts the thread. `wake` is called there after each job.
    pub fn start(wake: impl Fn() + Send + 'static) -> Self {
        let (orders, to_do) = unbounded();
        let (sender, done) = unbounded();
        std::thread::spawn(move || {
            write_all(&to_do, |done| {
                // Nobody listens when the program ends abruptly.
                drop(sender.send(done));
                wake();
            });
        });
        Self { orders, waiting: Waiting::default(), done }
    }

    /// Saves held jobs if the program ends without notice, for instance because the display connection is
    /// lost. Call it on the main thread.
    pub fn write_at_exit(&self) {
        let last_words = LastWords { orders: self.orders.clone(), waiting: self.waiting.clone() };
        LAST_WORDS.set(Some(last_words));
    }

    /// Holds a job in case the program ends before it is due.
    pub fn hold(&self, job: Job) {
        lock(&self.waiting).insert(job.photo, job);
    }

    /// Drops the held job of a photo.
    pub fn drop_held(&self, photo: u64) {
        lock(&self.waiting).remove(&photo);
    }

    /// Runs a job, which replaces the held job of the photo.
    pub fn write(&self, job: Job) {
        self.drop_held(job.photo);
        if self.orders.send(Order::Save(Box::new(job))).is_err() {
            log::error!("the saving thread has stopped");
        }
    }

    /// The jobs finished since the last call.
    pub fn ended(&self) -> Vec<Done> {
        self.done.try_iter().collect()
    }

    /// Waits for the next job to finish, with a time limit.
    pub fn wait_until(&self, deadline: Instant) -> Option<Done> {
        self.done.recv_deadline(deadline).ok()
    }
}

fn write_all(orders: &Receiver<Order>, on_done: impl Fn(Done)) {
    // A job may have been sent before the end of the previous one was known.
    let mut own: HashMap<(u64, PathBuf), (PathBuf, Stamp)> = HashMap::new();
    for order in orders {
        let mut job = match order {
            Order::Save(job) => *job,
            Order::Answer(answer) => {
                let _ = answer.send(());
                continue;
            }
        };
        let (photo, revision) = (job.photo, job.revision);
        let given = (photo, job.target.path.clone());
        if let Some((path, stamp)) = own.get(&given) {
            job.target = Target { path: path.clone(), stamp: *stamp, place: Place::There, ..job.target };
        }
        let write = || job.target.write(&job.session, job.content);
        let result = catch_unwind(AssertUnwindSafe(write))
            .unwrap_or_else(|_| Err(format!("{}: cannot be saved: internal error", given.1.display())));
        if let Ok(saved) = &result {
            own.insert((photo, saved.path.clone()), (saved.path.clone(), saved.stamp));
            own.insert(given, (saved.path.clone(), saved.stamp));
        }
        on_done(Done { photo, revision, result });
    }
}

thread_local! {
    /// libX11 exits the program when the display connection is lost. Only the destructors of this thread's
    /// locals still run then.
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

/// Writes the held jobs when dropped.
struct LastWords {
    orders: Sender<Order>,
    waiting: Waiting,
}

impl Drop for LastWords {
    fn drop(&mut self) {
        lock(&self.waiting).drain().for_each(|(_, job)| drop(self.orders.send(Order::Save(Box::new(job)))));
        let (answer, answered) = unbounded();
        if self.orders.send(Order::Answer(answer)).is_err() {
            return;
        }
        // Blocking channels need thread-locals that may already be gone.
        let until = Instant::now() + PATIENCE;
        while answered.try_recv() == Err(TryRecvError::Empty) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, HashMap<u64, Job>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
