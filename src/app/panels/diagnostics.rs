//! The window with the report of what works and what does not.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use egui::{Align2, Color32, Context, Grid, ProgressBar, RichText, ScrollArea, Ui, Window};

use super::super::look::section_title;
use super::super::tasks::{Panicked, Task};
use super::super::texts::doctor as texts;
use crate::doctor::{Finding, Report, Verdict, examine};

/// The columns of the report, in points.
const VERDICT_WIDTH: f32 = 60.0;
const TEXT_WIDTH: f32 = 520.0;

/// How far the checks are.
#[derive(Debug, Clone, Default)]
struct Progress {
    title: String,
    /// In [0, 1].
    fraction: f32,
}

/// The checks under way, or what they found. Closing the window stops them.
#[derive(Default)]
pub(in crate::app) struct Diagnostics {
    pub open: bool,
    task: Option<Task<Option<Report>>>,
    progress: Arc<Mutex<Progress>>,
    report: Option<Result<Report, Panicked>>,
}

impl Diagnostics {
    /// Whether checks are running.
    pub fn is_pending(&self) -> bool {
        self.task.is_some()
    }

    pub fn ui(&mut self, ctx: &Context) {
        if !self.open {
            (self.task, self.report) = (None, None);
            return;
        }
        if let Some(outcome) = self.task.as_ref().and_then(Task::outcome) {
            self.report = outcome.transpose();
            self.task = None;
        } else if self.task.is_none() && self.report.is_none() {
            self.start(ctx);
        }
        let mut open = true;
        let window = Window::new(texts::title()).open(&mut open).resizable([false, true]).collapsible(false);
        let window = window.pivot(Align2::CENTER_CENTER).default_pos(ctx.content_rect().center());
        window.default_height(520.0).show(ctx, |ui| {
            ui.set_width(620.0);
            self.content_ui(ui);
        });
        self.open = open;
    }

    fn start(&mut self, ctx: &Context) {
        let (progress, waker) = (Arc::<Mutex<Progress>>::default(), ctx.clone());
        self.progress = progress.clone();
        self.task = Some(Task::start(ctx, move |stop| {
            examine(&|| stop.load(Ordering::Relaxed), &mut |title, index, total| {
                let now = Progress { title: title.into(), fraction: index as f32 / total as f32 };
                *progress.lock().unwrap_or_else(PoisonError::into_inner) = now;
                waker.request_repaint();
            })
        }));
    }

    fn content_ui(&mut self, ui: &mut Ui) {
        match &self.report {
            None => {
                let Progress { title, fraction } =
                    self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone();
                ui.add(ProgressBar::new(fraction).text(texts::checking(&title)));
            }
            Some(Err(panicked)) => {
                ui.colored_label(ui.visuals().error_fg_color, panicked.to_string());
            }
            Some(Ok(report)) => {
                let is_again = buttons_ui(ui, report);
                ui.separator();
                report_ui(ui, report);
                if is_again {
                    self.report = None;
                }
            }
        }
    }
}

/// Copies the report, if the user wants it; returns whether the checks are to be done again.
fn buttons_ui(ui: &mut Ui, report: &Report) -> bool {
    ui.label(texts::summary(report.verdict()));
    ui.horizontal(|ui| {
        if ui.button(texts::copy_report()).on_hover_text(texts::copy_report_tooltip()).clicked() {
            ui.copy_text(report.to_string());
        }
        ui.button(texts::check_again()).clicked()
    })
    .inner
}

fn report_ui(ui: &mut Ui, report: &Report) {
    ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
        for check in &report.checks {
            ui.add_space(6.0);
            ui.label(section_title(check.title));
            let grid = Grid::new(check.title).num_columns(2);
            grid.min_col_width(VERDICT_WIDTH).max_col_width(TEXT_WIDTH).show(ui, |ui| {
                for finding in &check.findings {
                    finding_ui(ui, finding);
                    ui.end_row();
                }
            });
        }
    });
}

fn finding_ui(ui: &mut Ui, Finding { verdict, text, advice }: &Finding) {
    // Both at the top of the row.
    ui.vertical(|ui| ui.label(RichText::new(texts::verdict(*verdict)).color(colour(ui, *verdict))));
    ui.vertical(|ui| {
        ui.add(egui::Label::new(text).wrap());
        if let Some(advice) = advice {
            ui.add(egui::Label::new(RichText::new(advice).weak()).wrap());
        }
    });
}

fn colour(ui: &Ui, verdict: Verdict) -> Color32 {
    let visuals = ui.visuals();
    match verdict {
        Verdict::Ok => visuals.text_color(),
        Verdict::Warning => visuals.warn_fg_color,
        Verdict::Failed => visuals.error_fg_color,
    }
}
