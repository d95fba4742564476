//! The prompt and its answers: asking, previewing, accepting, working on a mask again, regions.

use egui::Context;

use super::settings::Tool;
use super::shell::Tinsel;
use super::texts::messages as texts;
use crate::document::{Edit, MaskId, Prompting, prompting_again};
use crate::engine::JobKind;
use crate::mask::PixelBox;
use crate::prompt::Point;

/// Sides of a region are at least this long, in photo pixels.
const SMALLEST_REGION: u32 = 8;

impl Tinsel {
    /// Adds a point to the prompt. The first one keeps the candidate that was picked in its preview.
    pub(super) fn add_point(&mut self, point: Point) {
        let document = &mut self.workspace.document;
        let is_first = document.prompting().is_empty();
        let picked = self.prompt.preview.picked(point).filter(|_| is_first);
        document.apply(match picked {
            Some(candidate) => Edit::AddPointWithCandidate(point, candidate),
            // What a further point changes is the mask that is looked at.
            None => Edit::AddPoint(point, self.prompt.inquiry.former(document.prompting())),
        });
    }

    /// Asks the network about the prompt, whatever changed it: a click, a drag, undo.
    pub(super) fn follow_prompt(&mut self) {
        let Some(open) = self.workspace.open.as_ref().filter(|_| self.model.is_loaded()) else { return };
        let prompting = self.stage.canvas.effective_prompting(&self.workspace.document);
        // Encoding was cancelled. It is not left to the prompt, as the next one would start again.
        let is_missing = !self.encoding.has(open.id) && !self.encoding.is_running();
        if is_missing && self.prompt.inquiry.is_new(&prompting) {
            self.encode();
        }
        let Some(open) = &self.workspace.open else { return };
        self.prompt.inquiry.follow(&prompting, open.reference_for(&prompting), &self.engine);
    }

    /// Asks what a click at the pointer would give, if that is wanted.
    pub(super) fn follow_pointer(&mut self, ctx: &Context) {
        let Some(open) = &self.workspace.open else { return };
        let (shift, ctrl) = ctx.input(|i| (i.modifiers.shift, i.modifiers.command));
        let prompting = self.workspace.document.prompting();
        let points_out = matches!(self.stage.tool, Tool::Positive | Tool::Negative);
        let is_encoded = self.encoding.is_ready(open.id);
        let ready = self.settings.live_preview && self.model.is_loaded() && is_encoded;
        let asked =
            points_out && ready && !self.everything.is_searching() && !self.prompt.inquiry.is_pending();
        // With points set, a further one is only tried while Ctrl is held.
        let free = prompting.is_empty() || ctrl;
        let hovered = self.stage.canvas.hovered().filter(|_| asked && free);
        let question = hovered.map(|at| {
            let positive = (self.stage.tool == Tool::Positive) != shift;
            let mut question = Prompting { chosen: None, ..prompting.clone() };
            question.from = self.prompt.inquiry.former(prompting).or(question.from);
            question.prompt.points.push(Point { x: at.x, y: at.y, positive });
            question
        });
        let photo = question.as_ref().map_or_else(|| open.reference(), |asked| open.reference_for(asked));
        self.prompt.preview.follow(question, photo, &self.engine, ctx);
    }

    /// How many candidates answer the prompt.
    pub(super) fn candidates(&self) -> usize {
        self.prompt.inquiry.answer().map_or(0, |answer| answer.candidates.len())
    }

    /// Shows a candidate before or after the one that is shown.
    pub(super) fn step_candidate(&mut self, step: isize) {
        let count = self.candidates() as isize;
        let document = &mut self.workspace.document;
        if let Some((shown, _)) = self.prompt.inquiry.shown(document.prompting()).filter(|_| count > 0) {
            document.apply(Edit::Choose((shown as isize + step).rem_euclid(count) as usize));
        }
    }

    /// Adds the shown candidate to the list, now or when it has been computed.
    pub(super) fn accept(&mut self) {
        // The prompt may be of this very frame.
        self.follow_prompt();
        let prompting = self.workspace.document.prompting().clone();
        if self.prompt.inquiry.is_pending() {
            self.prompt.inquiry.accept_when_ready = true;
        } else if let Some(mask) = self.prompt.inquiry.acceptable(&prompting, self.model.name()) {
            if mask.mask.is_empty() {
                self.messages.news(texts::empty_mask());
                self.prompt.inquiry.accept_when_ready = false;
                self.prompt.inquiry.done_when_accepted = false;
                return;
            }
            let class = self.projects.active().map(|class| class.id);
            let mut mask = mask.with_class(class);
            if self.workspace.document.reopened().is_none() {
                mask = self.with_track(mask);
            }
            self.workspace.document.apply(Edit::Accept(mask));
            self.settings.introduced = true;
            self.prompt.inquiry.forget();
        }
    }

    /// Works on a mask again: with its prompt, or with its pixels as one.
    pub(super) fn reopen(&mut self, id: MaskId) {
        let document = &mut self.workspace.document;
        let Some(item) = document.mask(id) else { return };
        if item.locked {
            return self.messages.news(texts::locked());
        }
        if !self.model.is_loaded() {
            return self.messages.news(texts::model_loading());
        }
        let region = self.workspace.open.as_ref().and_then(|open| open.region);
        let prompting = prompting_again(item, region);
        document.apply(Edit::Reopen(id, prompting));
        self.stage.tool = Tool::Positive;
    }

    /// Lets the network look closer at what is visible.
    pub(super) fn enter_region(&mut self) {
        let Some(open) = &self.workspace.open else { return };
        let size = open.size();
        let region = self.stage.canvas.view.visible(size);
        if (region.width(), region.height()) == size {
            return self.messages.news(texts::zoom_in());
        }
        if region.width() < SMALLEST_REGION || region.height() < SMALLEST_REGION {
            return self.messages.news(texts::zoom_out());
        }
        self.set_region(Some(region));
    }

    pub(super) fn set_region(&mut self, region: Option<PixelBox>) {
        let Some(open) = &mut self.workspace.open else { return };
        if open.region == region {
            return;
        }
        open.region = region;
        // The same prompt may be answered from elsewhere now.
        self.engine.cancel(JobKind::Prompt);
        self.prompt.forget(&self.engine);
        self.encode();
    }
}
