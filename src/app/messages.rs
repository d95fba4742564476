//! Errors and news in a visible place, until they are dismissed.

use std::time::{Duration, Instant};

use egui::{Align2, Area, Event, Frame, Id, RichText};

use super::actions::{Action, Actions};
use super::texts::messages as texts;

/// Older messages make way when there are more than this.
const MOST: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    News,
}

/// News goes with the first click or key after this time.
const NEWS_STAYS: Duration = Duration::from_secs(4);

#[derive(Debug, Default)]
pub(super) struct Messages {
    shown: Vec<(Kind, String)>,
    /// When the newest news came.
    news_since: Option<Instant>,
}

impl Messages {
    pub fn error(&mut self, text: impl Into<String>) {
        let text = text.into();
        log::warn!("{text}");
        self.push(Kind::Error, text);
    }

    pub fn news(&mut self, text: impl Into<String>) {
        self.shown.retain(|(kind, _)| *kind != Kind::News);
        self.push(Kind::News, text.into());
        self.news_since = Some(Instant::now());
    }

    /// Drops news that the user has had time to read, as soon as the user goes on.
    pub fn follow(&mut self, ctx: &egui::Context) {
        let goes_on = ctx.input(|input| {
            let goes_on = |event: &Event| {
                matches!(event, Event::PointerButton { pressed: true, .. } | Event::Key { pressed: true, .. })
            };
            input.events.iter().any(goes_on)
        });
        if goes_on && self.news_since.is_some_and(|since| since.elapsed() > NEWS_STAYS) {
            self.shown.retain(|(kind, _)| *kind != Kind::News);
            self.news_since = None;
        }
    }

    fn push(&mut self, kind: Kind, text: String) {
        if self.shown.last().is_some_and(|(_, last)| *last == text) {
            return;
        }
        self.shown.push((kind, text));
        if self.shown.len() > MOST {
            self.shown.remove(0);
        }
    }

    pub fn dismiss(&mut self, index: usize) {
        if index < self.shown.len() {
            self.shown.remove(index);
        }
    }

    /// Draws the messages over the lower left of the window.
    pub fn ui(&self, ctx: &egui::Context, actions: &mut Actions) {
        if self.shown.is_empty() {
            return;
        }
        Area::new(Id::unique("messages")).anchor(Align2::LEFT_BOTTOM, [12.0, -140.0]).show(ctx, |ui| {
            ui.set_max_width(480.0);
            for (i, (kind, text)) in self.shown.iter().enumerate() {
                Frame::popup(ui.style()).show(ui, |ui| {
                    ui.horizontal_top(|ui| {
                        let colour = match kind {
                            Kind::Error => ui.visuals().error_fg_color,
                            Kind::News => ui.visuals().strong_text_color(),
                        };
                        let width = ui.available_width().min(480.0) - 80.0;
                        ui.vertical(|ui| {
                            ui.set_max_width(width);
                            ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap());
                        });
                        let name = texts::dismiss(i + 1);
                        if ui.small_button(texts::DISMISS).accessible_name(name).clicked() {
                            actions.push(Action::DismissMessage(i));
                        }
                    });
                });
            }
        });
    }
}

/// The first few of several problems, and how many more there are.
pub(super) fn first_few(mut problems: Vec<String>) -> String {
    const MOST: usize = 5;
    let more = problems.len().saturating_sub(MOST);
    problems.truncate(MOST);
    if more > 0 {
        problems.push(texts::and_more(more));
    }
    problems.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_stay_news_are_replaced_and_nothing_grows_without_end() {
        let mut messages = Messages::default();
        messages.error("a");
        messages.error("a");
        messages.news("one");
        messages.news("two");
        assert_eq!(messages.shown.len(), 2);
        (0..50).for_each(|i| messages.error(i.to_string()));
        assert_eq!(messages.shown.len(), MOST);
        messages.dismiss(99);
        messages.dismiss(0);
        assert_eq!(messages.shown.len(), MOST - 1);
    }
}
