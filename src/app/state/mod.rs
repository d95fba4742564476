//! What the window is in the middle of; each state changes itself.

mod sample;

pub(super) use sample::Sample;
