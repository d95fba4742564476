//! Errors and news in a visible place: errors until they are dismissed, news until they have been read.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Align2, Area, Frame, Id, RichText};

use super::actions::{Action, Actions};
use super::texts::{doctor, messages as texts};
use crate::{about, logging};

/// Older messages make way when there are more than this.
const MOST: usize = 5;

/// News goes by itself after this time.
const NEWS_STAYS: Duration = Duration::from_secs(10);
/// Of the time between two frames, at most this counts: nobody could read while the window stood still.
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// Above the filmstrip and the status bar, in points.
const PLACE: [f32; 2] = [60.0, -132.0];
const WIDTH: f32 = 480.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    News,
}

#[derive(Debug)]
struct Message {
    kind: Kind,
    text: String,
    /// What was written, to be shown in the file manager.
    written: Option<PathBuf>,
    /// What somebody who looks for the cause needs.
    details: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Messages {
    shown: Vec<Message>,
    /// How long the news has been looked at.
    looked: Duration,
    last_frame: Option<Instant>,
    is_pointed_at: bool,
}

impl Messages {
    pub fn error(&mut self, text: impl Into<String>) {
        let text = text.into();
        log::warn!("{text}");
        self.push(Message { kind: Kind::Error, text, written: None, details: None });
    }

    /// An error in the program itself, with the last lines of the log to be copied into a report.
    pub fn internal_error(&mut self, text: impl Into<String>) {
        let text = text.into();
        log::error!("{text}");
        let lines = [about::described(), about::system(), text.clone()].into_iter().chain(logging::recent());
        let details = lines.collect::<Vec<_>>().join("\n");
        self.push(Message { kind: Kind::Error, text, written: None, details: Some(details) });
    }

    pub fn news(&mut self, text: impl Into<String>) {
        self.replace_news(text.into(), None);
    }

    /// News about a file or a folder, with a button that shows it.
    pub fn written(&mut self, text: impl Into<String>, path: PathBuf) {
        self.replace_news(text.into(), Some(path));
    }

    fn replace_news(&mut self, text: String, written: Option<PathBuf>) {
        self.shown.retain(|message| message.kind != Kind::News);
        self.push(Message { kind: Kind::News, text, written, details: None });
        self.looked = Duration::ZERO;
    }

    /// Drops news that the user has had time to read. Call it in every frame.
    pub fn follow(&mut self, ctx: &egui::Context) {
        let now = Instant::now();
        let since_last = self.last_frame.replace(now).map_or(Duration::ZERO, |last| now - last);
        if self.shown.iter().all(|message| message.kind != Kind::News) {
            return;
        }
        self.look(since_last);
        ctx.request_repaint_after(LONGEST_LOOK);
    }

    /// Some time has passed, during which the messages were on the screen.
    fn look(&mut self, passed: Duration) {
        if !self.is_pointed_at {
            self.looked += passed.min(LONGEST_LOOK);
        }
        if self.looked >= NEWS_STAYS {
            self.shown.retain(|message| message.kind != Kind::News);
        }
    }

    fn push(&mut self, message: Message) {
        if self.shown.last().is_some_and(|last| last.text == message.text) {
            return;
        }
        self.shown.push(message);
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
    pub fn ui(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        if self.shown.is_empty() {
            self.is_pointed_at = false;
            return;
        }
        let area = Area::new(Id::unique("messages")).anchor(Align2::LEFT_BOTTOM, PLACE);
        let area = area.show(ctx, |ui| {
            ui.set_max_width(WIDTH);
            for (i, message) in self.shown.iter().enumerate() {
                Frame::popup(ui.style()).show(ui, |ui| message_ui(ui, message, i, actions));
            }
        });
        self.is_pointed_at = area.response.contains_pointer();
    }
}

fn message_ui(ui: &mut egui::Ui, message: &Message, index: usize, actions: &mut Actions) {
    ui.horizontal_top(|ui| {
        let colour = match message.kind {
            Kind::Error => ui.visuals().error_fg_color,
            Kind::News => ui.visuals().strong_text_color(),
        };
        let has_button = message.written.is_some() || message.details.is_some();
        let buttons = if has_button { 190.0 } else { 80.0 };
        let width = ui.available_width().min(WIDTH) - buttons;
        ui.vertical(|ui| {
            ui.set_max_width(width);
            ui.add_space(4.0);
            ui.add(egui::Label::new(RichText::new(&message.text).color(colour)).wrap());
        });
        if let Some(path) = &message.written
            && ui.button(texts::show_in_folder()).clicked()
        {
            actions.push(Action::ShowInFolder(path.clone()));
        }
        if let Some(details) = &message.details
            && ui.button(doctor::copy_details()).on_hover_text(doctor::copy_details_tooltip()).clicked()
        {
            ui.copy_text(details.clone());
        }
        let button = egui::Button::new(texts::dismiss()).frame_when_inactive(false);
        if ui.add(button).accessible_name(texts::dismiss_message(index + 1)).clicked() {
            actions.push(Action::DismissMessage(index));
        }
    });
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

    #[test]
    fn an_internal_error_has_details_for_a_report() {
        let mut messages = Messages::default();
        messages.internal_error("it broke");
        let details = messages.shown[0].details.as_ref().unwrap();
        assert!(details.contains(about::VERSION) && details.contains("it broke"), "{details}");
    }

    #[test]
    fn news_goes_when_it_could_be_read_and_errors_do_not() {
        let mut messages = Messages::default();
        messages.error("bad");
        messages.written("good", "a.png".into());
        messages.look(Duration::from_secs(60));
        assert_eq!(messages.shown.len(), 2, "the window stood still");
        messages.is_pointed_at = true;
        (0..60).for_each(|_| messages.look(LONGEST_LOOK));
        assert_eq!(messages.shown.len(), 2, "the pointer is on it");
        messages.is_pointed_at = false;
        (0..9).for_each(|_| messages.look(LONGEST_LOOK));
        assert!(messages.shown.len() == 1 && messages.shown[0].kind == Kind::Error);
    }
}
