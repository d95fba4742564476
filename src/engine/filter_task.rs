//! A thread that filters the masks of everything mode. The newest request wins.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::everything::{Filters, FoundMask, Kept, filter};

struct Request {
    number: u64,
    found: Arc<Vec<FoundMask>>,
    filters: Filters,
}

/// The masks that passed the filters.
#[derive(Debug)]
pub struct Filtered {
    /// The number of the request.
    pub number: u64,
    pub filters: Filters,
    pub kept: Vec<Kept>,
}

/// Handle to the thread.
pub struct FilterTask {
    requests: Sender<Request>,
    results: Receiver<Filtered>,
    last: u64,
}

impl FilterTask {
    /// Starts the thread. `wake` is called after each result, from that thread.
    pub fn start(wake: impl Fn() + Send + 'static) -> Self {
        let (requests, to_do) = unbounded::<Request>();
        let (done, results) = unbounded();
        std::thread::spawn(move || {
            while let Ok(first) = to_do.recv() {
                let Request { number, found, filters } = to_do.try_iter().last().unwrap_or(first);
                // After a panic, the filters would have no effect any more.
                let kept = catch_unwind(AssertUnwindSafe(|| filter(&found, &filters)));
                let kept = kept.unwrap_or_else(|_| {
                    log::error!("the filters failed on {} masks", found.len());
                    vec![]
                });
                if done.send(Filtered { number, filters, kept }).is_err() {
                    return;
                }
                wake();
            }
        });
        Self { requests, results, last: 0 }
    }

    /// Requests the masks that pass these filters; returns the number that the answer will carry. Requests
    /// that are overtaken get no answer.
    pub fn request(&mut self, found: Arc<Vec<FoundMask>>, filters: Filters) -> u64 {
        self.last += 1;
        // The thread ends only with this handle.
        let _ = self.requests.send(Request { number: self.last, found, filters });
        self.last
    }

    /// The newest result since the last call.
    pub fn newest(&self) -> Option<Filtered> {
        self.results.try_iter().last()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::everything::Parameters;
    use crate::mask::{Mask, PixelBox};

    #[test]
    fn the_newest_filters_are_answered() {
        let found = (0..40).map(|i| FoundMask {
            mask: Arc::new(Mask::from_fn(400, 2, |x, _| x / 10 == i)),
            predicted_iou: 0.5 + i as f32 / 100.0,
            stability_score: 0.9,
            point: [0.0; 2],
            crop_box: PixelBox { x0: 0, y0: 0, x1: 400, y1: 2 },
        });
        let found = Arc::new(found.collect::<Vec<_>>());
        let mut task = FilterTask::start(|| {});
        let filters = |above| Filters {
            pred_iou_thresh: above,
            stability_score_thresh: 0.5,
            ..Filters::from(&Parameters::default())
        };
        let mut last = 0;
        for i in 0..30 {
            last = task.request(found.clone(), filters(0.495 + i as f32 / 100.0));
        }
        let start = Instant::now();
        let filtered = loop {
            match task.newest() {
                Some(filtered) if filtered.number == last => break filtered,
                _ => assert!(start.elapsed() < Duration::from_secs(10), "no answer"),
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        assert_eq!((filtered.kept.len(), filtered.kept[0].index), (11, 39));
    }
}
