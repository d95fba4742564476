//! Where each object of the sequence is known to be.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::document::{Looks, Presence, Sighting};
use crate::track::{Doubt, TrackId};

/// One object over all frames.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Lane {
    pub looks: Looks,
    presences: BTreeMap<usize, Presence>,
    /// What is drawn, made of the presences when it is needed.
    spans: Vec<Span>,
}

/// Frames one after the other on which an object is in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Span {
    pub frames: Range<usize>,
    pub kind: SpanKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum SpanKind {
    Prompted,
    Followed,
    Doubtful,
    Absent,
}

impl From<&Presence> for SpanKind {
    fn from(presence: &Presence) -> Self {
        match presence {
            Presence::Prompted => Self::Prompted,
            Presence::Followed(doubts) if doubts.is_empty() => Self::Followed,
            Presence::Followed(_) => Self::Doubtful,
            Presence::Absent { .. } => Self::Absent,
        }
    }
}

impl Lane {
    pub fn at(&self, frame: usize) -> Option<&Presence> {
        self.presences.get(&frame)
    }

    /// The frames that something is known of, in order.
    pub fn frames(&self) -> impl DoubleEndedIterator<Item = (usize, &Presence)> {
        self.presences.iter().map(|(frame, presence)| (*frame, presence))
    }

    /// The frames on which a person has said where the object is, or that it is not there.
    pub fn prompted(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.frames().filter(|(_, presence)| is_prompted(presence)).map(|(frame, _)| frame)
    }

    /// The frames to which it was followed and on which it is visible, nearest first, before a frame on the way.
    pub fn followed_before(&self, frame: usize, forward: bool) -> Vec<usize> {
        let is_followed = |(_, presence): &(usize, &Presence)| matches!(presence, Presence::Followed(_));
        match forward {
            true => {
                let before = self.presences.range(..frame).rev().map(|(frame, presence)| (*frame, presence));
                before.filter(is_followed).map(|(frame, _)| frame).collect()
            }
            false => {
                let after = self.presences.range(frame + 1..).map(|(frame, presence)| (*frame, presence));
                after.filter(is_followed).map(|(frame, _)| frame).collect()
            }
        }
    }

    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    fn refresh(&mut self) {
        self.spans.clear();
        for (frame, presence) in &self.presences {
            let kind = SpanKind::from(presence);
            match self.spans.last_mut() {
                Some(last)
                    if last.kind == kind && last.frames.end == *frame && kind != SpanKind::Prompted =>
                {
                    last.frames.end += 1;
                }
                _ => self.spans.push(Span { frames: *frame..frame + 1, kind }),
            }
        }
    }
}

fn is_prompted(presence: &Presence) -> bool {
    matches!(presence, Presence::Prompted | Presence::Absent { is_prompted: true })
}

/// The objects of the sequence, by number.
#[derive(Default)]
pub(in crate::app) struct Lanes {
    lanes: BTreeMap<TrackId, Lane>,
    changed: BTreeSet<TrackId>,
    /// The highest number that was ever given.
    last: TrackId,
}

impl Lanes {
    pub fn get(&self, track: TrackId) -> Option<&Lane> {
        self.lanes.get(&track)
    }

    pub fn iter(&self) -> impl Iterator<Item = (TrackId, &Lane)> {
        self.lanes.iter().map(|(track, lane)| (*track, lane))
    }

    pub fn ids(&self) -> BTreeSet<TrackId> {
        self.lanes.keys().copied().collect()
    }

    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// A number that no object has had.
    pub fn new_id(&mut self) -> TrackId {
        self.last += 1;
        self.last
    }

    /// Replaces what is known of a frame.
    pub fn set(&mut self, frame: usize, sightings: Vec<Sighting>) {
        let now: BTreeSet<TrackId> = sightings.iter().map(|sighting| sighting.track).collect();
        for (track, lane) in &mut self.lanes {
            if !now.contains(track) && lane.presences.remove(&frame).is_some() {
                self.changed.insert(*track);
            }
        }
        sightings.into_iter().for_each(|sighting| self.add(frame, sighting));
    }

    /// Adds what is known of an object on a frame.
    pub fn add(&mut self, frame: usize, Sighting { track, presence, looks }: Sighting) {
        self.last = self.last.max(track);
        let lane = self.lanes.entry(track).or_default();
        if let Some(looks) = looks {
            lane.looks = looks;
        }
        if lane.presences.get(&frame) != Some(&presence) {
            lane.presences.insert(frame, presence);
            self.changed.insert(track);
        }
    }

    /// Makes the spans of what has changed; objects of which nothing is known any more go.
    pub fn refresh(&mut self) {
        for track in std::mem::take(&mut self.changed) {
            let Some(lane) = self.lanes.get_mut(&track) else { continue };
            lane.refresh();
            if lane.presences.is_empty() {
                self.lanes.remove(&track);
            }
        }
    }

    /// The nearest frame before or after another on which some object is as wanted.
    fn nearest(&self, frame: usize, forward: bool, is_wanted: impl Fn(&Presence) -> bool) -> Option<usize> {
        let of_lane = |lane: &Lane| match forward {
            true => lane.presences.range(frame + 1..).find(|(_, p)| is_wanted(p)).map(|(frame, _)| *frame),
            false => lane.presences.range(..frame).rev().find(|(_, p)| is_wanted(p)).map(|(frame, _)| *frame),
        };
        let found = self.lanes.values().filter_map(of_lane);
        if forward { found.min() } else { found.max() }
    }

    /// The next or previous frame on which a person has said where an object is.
    pub fn next_prompted(&self, frame: usize, forward: bool) -> Option<usize> {
        self.nearest(frame, forward, is_prompted)
    }

    /// The next or previous frame on which a mask is doubtful.
    pub fn next_doubtful(&self, frame: usize, forward: bool) -> Option<usize> {
        self.nearest(frame, forward, |p| matches!(p, Presence::Followed(doubts) if !doubts.is_empty()))
    }

    /// The doubtful masks of a frame: names, and the signs.
    pub fn doubts_at(&self, frame: usize) -> Vec<(&str, &[Doubt])> {
        let doubtful = |lane: &'_ Lane| match lane.presences.get(&frame) {
            Some(Presence::Followed(doubts)) => !doubts.is_empty(),
            _ => false,
        };
        let of_lane = |lane| match Lane::at(lane, frame) {
            Some(Presence::Followed(doubts)) => (lane.looks.name.as_str(), doubts.as_slice()),
            _ => (lane.looks.name.as_str(), &[][..]),
        };
        self.lanes.values().filter(|lane| doubtful(lane)).map(of_lane).collect()
    }

    /// The frames on which any of the objects is as wanted.
    pub fn frames_with(
        &self,
        tracks: &BTreeSet<TrackId>,
        is_wanted: impl Fn(usize, &Presence) -> bool,
    ) -> BTreeSet<usize> {
        let lanes = tracks.iter().filter_map(|track| self.lanes.get(track));
        lanes.flat_map(Lane::frames).filter(|(f, p)| is_wanted(*f, p)).map(|(frame, _)| frame).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(track: TrackId, presence: Presence) -> Sighting {
        Sighting {
            track,
            presence,
            looks: Some(Looks { name: format!("object {track}"), ..Looks::default() }),
        }
    }

    #[test]
    fn frames_in_the_same_way_are_one_span() {
        let mut lanes = Lanes::default();
        let followed = || Presence::Followed(vec![]);
        lanes.set(0, vec![sighting(1, Presence::Prompted), sighting(2, Presence::Prompted)]);
        for frame in 1..4 {
            lanes.set(frame, vec![sighting(1, followed())]);
        }
        lanes.set(4, vec![sighting(1, Presence::Followed(vec![Doubt::Area]))]);
        lanes.set(5, vec![Sighting { looks: None, ..sighting(1, Presence::Absent { is_prompted: false }) }]);
        lanes.set(7, vec![sighting(1, followed())]);
        lanes.refresh();
        let spans: Vec<_> =
            lanes.get(1).unwrap().spans().iter().map(|s| (s.frames.clone(), s.kind)).collect();
        use SpanKind::{Absent, Doubtful, Followed, Prompted};
        assert_eq!(
            spans,
            [(0..1, Prompted), (1..4, Followed), (4..5, Doubtful), (5..6, Absent), (7..8, Followed)]
        );
        assert_eq!(lanes.get(1).unwrap().looks.name, "object 1");
        assert_eq!(lanes.next_doubtful(0, true), Some(4));
        assert_eq!((lanes.next_doubtful(4, true), lanes.next_prompted(6, false)), (None, Some(0)));
        assert_eq!(lanes.doubts_at(4), [("object 1", &[Doubt::Area][..])]);
        assert_eq!(lanes.get(1).unwrap().followed_before(5, true), [4, 3, 2, 1]);
        assert_eq!(lanes.get(1).unwrap().followed_before(3, false), [4, 7]);

        lanes.set(0, vec![sighting(1, Presence::Prompted)]);
        lanes.refresh();
        assert!(lanes.get(2).is_none(), "nothing is known of it");
        assert_eq!(lanes.new_id(), 3, "no number is given twice");
    }
}
