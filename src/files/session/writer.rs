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

/// How a job has ended.
pub(super) struct Done {
    pub photo: u64,
    pub revision: Revision,
    pub result: Result<Saved, String>,
}

/// What the thread is asked for.
enum Order {
    Save(Box<Job>),
    /// An answer, when all is done that was asked for before.
    Answer(Sender<()>),
}

/// What is about to be saved of each photo, once no further change comes.
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
                // Nobody listens any more when the program ends in a hurry.
                drop(sender.send(done));
                wake();
            });
        });
        Self { orders, waiting: Waiting::default(), done }
    }

    /// Has what is held written when the program ends without a word, for instance because the screen is gone.
    /// Call it on the main thread.
    pub fn write_at_exit(&self) {
        let last_words = LastWords { orders: self.orders.clone(), waiting: self.waiting.clone() };
        LAST_WORDS.set(Some(last_words));
    }

    /// Holds a job in case that the program ends before it is due.
    pub fn hold(&self, job: Job) {
        lock(&self.waiting).insert(job.photo, job);
    }

    /// Forgets the job that is held about a photo.
    pub fn drop_held(&self, photo: u64) {
        lock(&self.waiting).remove(&photo);
    }

    /// Has a job done, instead of the one that is held about the photo.
    pub fn write(&self, job: Job) {
        self.drop_held(job.photo);
        if self.orders.send(Order::Save(Box::new(job))).is_err() {
            log::error!("the thread that saves is gone");
        }
    }

    /// The jobs that have ended since the last call.
    pub fn ended(&self) -> Vec<Done> {
        self.done.try_iter().collect()
    }

    /// The next job to end, unless it takes too long.
    pub fn wait_until(&self, deadline: Instant) -> Option<Done> {
        self.done.recv_deadline(deadline).ok()
    }
}

fn write_all(orders: &Receiver<Order>, on_done: impl Fn(Done)) {
    // A job may have been given before the end of the one before it was known.
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
        let result = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| {
            Err(format!("{}: cannot be saved: an internal error stopped it", given.1.display()))
        });
        if let Ok(saved) = &result {
            own.insert((photo, saved.path.clone()), (saved.path.clone(), saved.stamp));
            own.insert(given, (saved.path.clone(), saved.stamp));
        }
        on_done(Done { photo, revision, result });
    }
}

thread_local! {
    /// libX11 ends the program when the screen is gone. All that still runs then is what this thread drops.
    static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
}

/// Has what is held written when it is dropped.
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
        // Blocking channels need what this thread may have dropped already.
        let until = Instant::now() + PATIENCE;
        while answered.try_recv() == Err(TryRecvError::Empty) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, HashMap<u64, Job>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
