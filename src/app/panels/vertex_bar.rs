//! The options above the photo while an outline is edited point by point.

use egui::{Button, Label, RichText, Ui};

use super::super::actions::{Action, Actions};
use super::super::look::number_slider;
use super::super::state::{VertexEdit, Vertices};
use super::super::texts::{units, vertices as texts};

/// The largest deviation of the polygon, in pixels.
const MAX_TOLERANCE: f32 = 20.0;

pub(in crate::app) fn vertex_bar_ui(ui: &mut Ui, vertices: &Vertices, tolerance: f32, actions: &mut Actions) {
    // One line, so that the photo stays in its place.
    ui.horizontal(|ui| {
        let editing = vertices.editing();
        let text = match (vertices, editing) {
            (_, Some(editing)) => texts::points(editing.polygon.count()),
            (Vertices::Tracing(_), None) => texts::tracing().into(),
            _ => texts::select_one().into(),
        };
        ui.label(text);
        let mut tolerance = tolerance;
        let slider =
            number_slider(&mut tolerance, 0.0..=MAX_TOLERANCE).logarithmic(true).smallest_positive(0.1);
        let slider = slider.text(texts::detail()).suffix(units::pixels_suffix()).fixed_decimals(1);
        if ui.add(slider).on_hover_text(texts::detail_tooltip()).changed() {
            actions.push(Action::Vertices(VertexEdit::SetTolerance(tolerance)));
        }
        let mut button = |text: &str, tooltip: &str, action: Action| {
            let button = ui.add_enabled(editing.is_some(), Button::new(text));
            if button.on_hover_text(tooltip).clicked() {
                actions.push(action);
            }
        };
        button(texts::simplify(), texts::simplify_tooltip(), Action::Vertices(VertexEdit::Simplify));
        button(texts::apply(), texts::apply_tooltip(), Action::ApplyVertices);
        button(texts::discard(), texts::discard_tooltip(), Action::DiscardVertices);
        ui.add(Label::new(RichText::new(texts::gestures()).weak()).truncate())
            .on_hover_text(texts::gestures());
    });
}
