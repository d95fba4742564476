//! Fields and sliders for numbers as the language writes them.

use std::ops::RangeInclusive;

use egui::emath::Numeric;
use egui::style::NumberFormatter;
use egui::{DragValue, Slider, Style};

use crate::app::texts;

/// A field for a number.
pub(in crate::app) fn number_field<N: Numeric>(value: &mut N) -> DragValue<'_> {
    DragValue::new(value).custom_parser(texts::parse_number)
}

/// A slider, with a field for its number unless that is hidden.
pub(in crate::app) fn number_slider<N: Numeric>(value: &mut N, range: RangeInclusive<N>) -> Slider<'_> {
    Slider::new(value, range).custom_parser(texts::parse_number)
}

/// Makes all fields and sliders write numbers as the language of the window does.
pub(super) fn localise(style: &mut Style) {
    style.number_formatter = NumberFormatter::new(|number, decimals| {
        texts::localised(egui::emath::format_with_decimals_in_range(number, decimals))
    });
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    #[test]
    fn numbers_can_be_typed_with_a_comma() {
        for (typed, number) in [("7,5", 7.5), ("0.25", 0.25)] {
            let number_ui = |ui: &mut egui::Ui, value: &mut f64| {
                let label = ui.label("Number");
                ui.add(number_field(value)).labelled_by(label.id);
            };
            let mut field = Harness::new_ui_state(number_ui, 1.0_f64);
            field.get_by_role(egui::Role::SpinButton).click();
            field.run();
            field.get_by_role(egui::Role::TextInput).type_text(typed);
            field.key_press(Key::Enter);
            field.run();
            assert_eq!(*field.state(), number);
        }
    }
}
