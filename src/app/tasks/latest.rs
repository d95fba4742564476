//! Work of which only what is still wanted is done.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::Context;

type Work<T> = Box<dyn FnOnce() -> T + Send>;

/// An answer to the request of a number; `None` if its work panicked.
type Answer<K, T> = (K, u64, Option<T>);

/// What the threads share.
struct Queue<K, T> {
    waiting: VecDeque<(K, u64, Work<T>)>,
    threads: usize,
}

/// Work by key on a few threads, in the order in which it was asked for. What is no longer wanted is given up
/// before it begins, all of it when this is dropped.
pub(in crate::app) struct Latest<K, T> {
    queue: Arc<Mutex<Queue<K, T>>>,
    most_threads: usize,
    /// The number of the request by which each key is on its way.
    asked: HashMap<K, u64>,
    last_number: u64,
    sender: Sender<Answer<K, T>>,
    answers: Receiver<Answer<K, T>>,
    ctx: Context,
}

impl<K: Clone + Eq + Hash + Send + 'static, T: Send + 'static> Latest<K, T> {
    /// `ctx` is repainted after each answer.
    pub fn new(ctx: Context, most_threads: usize) -> Self {
        let (sender, answers) = unbounded();
        let queue = Arc::new(Mutex::new(Queue { waiting: VecDeque::new(), threads: 0 }));
        Self { queue, most_threads, asked: HashMap::new(), last_number: 0, sender, answers, ctx }
    }

    /// Asks for work, unless work of this key is on its way.
    pub fn ask(&mut self, key: K, work: impl FnOnce() -> T + Send + 'static) {
        if self.is_asked(&key) {
            return;
        }
        self.last_number += 1;
        self.asked.insert(key.clone(), self.last_number);
        let mut queue = lock(&self.queue);
        queue.waiting.push_back((key, self.last_number, Box::new(work)));
        if queue.threads < self.most_threads {
            queue.threads += 1;
            let (queue, sender, ctx) = (self.queue.clone(), self.sender.clone(), self.ctx.clone());
            std::thread::spawn(move || work_off(&queue, &sender, &ctx));
        }
    }

    /// Whether an answer of this key is on its way.
    pub fn is_asked(&self, key: &K) -> bool {
        self.asked.contains_key(key)
    }

    /// Gives up what is not wanted; work that has begun is still answered.
    pub fn keep(&mut self, is_wanted: impl Fn(&K) -> bool) {
        let asked = &mut self.asked;
        lock(&self.queue).waiting.retain(|(key, ..)| {
            let is_wanted = is_wanted(key);
            if !is_wanted {
                asked.remove(key);
            }
            is_wanted
        });
    }

    /// Gives up everything; nothing that was asked for before is answered.
    pub fn clear(&mut self) {
        self.asked.clear();
        lock(&self.queue).waiting.clear();
    }

    /// Whether an answer is on its way.
    pub fn is_pending(&self) -> bool {
        !self.asked.is_empty()
    }

    /// The next answer that has come; it has nothing if its work panicked.
    pub fn next(&mut self) -> Option<(K, Option<T>)> {
        loop {
            let (key, number, answer) = self.answers.try_recv().ok()?;
            if self.asked.get(&key) == Some(&number) {
                self.asked.remove(&key);
                return Some((key, answer));
            }
        }
    }
}

impl<K, T> Drop for Latest<K, T> {
    fn drop(&mut self) {
        lock(&self.queue).waiting.clear();
    }
}

fn lock<K, T>(queue: &Mutex<Queue<K, T>>) -> MutexGuard<'_, Queue<K, T>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Works until nothing is waiting.
fn work_off<K, T>(queue: &Mutex<Queue<K, T>>, sender: &Sender<Answer<K, T>>, ctx: &Context) {
    while let Some((key, number, work)) = next_or_end(queue) {
        let answer = catch_unwind(AssertUnwindSafe(work)).ok();
        // The window may have closed.
        let _ = sender.send((key, number, answer));
        ctx.request_repaint();
    }
}

/// What waits longest; without that the calling thread counts as ended.
fn next_or_end<K, T>(queue: &Mutex<Queue<K, T>>) -> Option<(K, u64, Work<T>)> {
    let mut queue = lock(queue);
    let next = queue.waiting.pop_front();
    if next.is_none() {
        queue.threads -= 1;
    }
    next
}

/// A shared value as a key, the same for clones of one [`Arc`] only.
#[derive(Debug)]
pub(in crate::app) struct ByAddress<T>(pub Arc<T>);

impl<T> Clone for ByAddress<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> PartialEq for ByAddress<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for ByAddress<T> {}

impl<T> Hash for ByAddress<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn wait<T: Send + 'static>(latest: &mut Latest<u32, T>) -> (u32, Option<T>) {
        let start = Instant::now();
        loop {
            if let Some(answer) = latest.next() {
                return answer;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "no answer comes");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn what_is_no_longer_wanted_is_not_begun() {
        let mut latest = Latest::new(Context::default(), 1);
        let (go_on, held) = unbounded::<()>();
        let (begun, has_begun) = unbounded();
        latest.ask(1, move || {
            begun.send(()).unwrap();
            held.recv().unwrap();
            "first"
        });
        has_begun.recv().unwrap();
        latest.ask(2, || unreachable!("it was given up"));
        latest.ask(3, || "third");
        latest.ask(3, || unreachable!("it is on its way"));
        latest.keep(|key| *key == 3);
        assert!(latest.is_asked(&1) && !latest.is_asked(&2));
        go_on.send(()).unwrap();
        assert_eq!(wait(&mut latest), (1, Some("first")));
        assert_eq!(wait(&mut latest), (3, Some("third")));
        assert!(!latest.is_pending());
    }

    #[test]
    fn a_panic_is_an_answer_and_the_next_request_is_worked_on() {
        let mut latest = Latest::new(Context::default(), 1);
        latest.ask(1, || panic!("on purpose"));
        latest.ask(2, || 5);
        assert_eq!(wait(&mut latest), (1, None));
        assert_eq!(wait(&mut latest), (2, Some(5)));
    }

    #[test]
    fn an_answer_from_before_clearing_does_not_come() {
        let mut latest = Latest::new(Context::default(), 2);
        let (go_on, held) = unbounded::<()>();
        latest.ask(1, move || {
            held.recv().unwrap();
            "old"
        });
        latest.clear();
        latest.ask(1, || "new");
        go_on.send(()).unwrap_or_default();
        assert_eq!(wait(&mut latest), (1, Some("new")));
        assert!(!latest.is_pending());
    }
}
