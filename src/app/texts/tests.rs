//! All languages have all texts, and the program uses them all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::language::Language;
use super::*;
use crate::files::formats::{Format, SequenceFormat};
use crate::models::CATALOGUE;

const SECTIONS: [&[(&str, &[&str])]; 38] = [
    attributes::MESSAGES,
    batch::MESSAGES,
    canvas::MESSAGES,
    classes::MESSAGES,
    clipboard::MESSAGES,
    comparison::MESSAGES,
    dialogs::MESSAGES,
    doctor::MESSAGES,
    everything::MESSAGES,
    exit::MESSAGES,
    export::MESSAGES,
    filmstrip::MESSAGES,
    filters::MESSAGES,
    image::MESSAGES,
    import::MESSAGES,
    inspect::MESSAGES,
    introduction::MESSAGES,
    jobs::MESSAGES,
    losses::MESSAGES,
    masks::MESSAGES,
    menus::MESSAGES,
    messages::MESSAGES,
    models::MESSAGES,
    palette::MESSAGES,
    photos::MESSAGES,
    prompt::MESSAGES,
    recent::MESSAGES,
    review::MESSAGES,
    sequence::MESSAGES,
    shape::MESSAGES,
    shortcuts::MESSAGES,
    startup::MESSAGES,
    states::MESSAGES,
    status::MESSAGES,
    undo::MESSAGES,
    units::MESSAGES,
    vertices::MESSAGES,
    welcome::MESSAGES,
];

/// What only other messages use, with the argument of each.
const SHARED: [(&str, &[&str]); 7] = [
    ("units-photos", &["photos"]),
    ("units-files", &["files"]),
    ("units-pixels", &["pixels"]),
    ("units-boxes", &["boxes"]),
    ("units-points", &["points"]),
    ("units-objects", &["objects"]),
    ("units-classes", &["classes"]),
];

/// The ids that the program asks for, each with its arguments.
fn wanted() -> BTreeMap<String, &'static [&'static str]> {
    let of_functions = SECTIONS.into_iter().flatten().chain(&SHARED);
    let of_functions = of_functions.map(|(id, arguments)| ((*id).to_owned(), *arguments));
    let of_commands = crate::app::commands::all().map(|command| commands::message_id(command.id));
    let families = ["Class", "AcceptAs", "Cross"].map(commands::message_id);
    let of_formats = Format::ALL.into_iter().map(formats::of_masks_id);
    let of_sequences = SequenceFormat::ALL.into_iter().map(formats::of_sequences_id);
    let of_models = CATALOGUE.iter().map(models::title_id);
    let of_gestures = shortcuts::GESTURES.into_iter().map(shortcuts::gesture_id);
    let others = of_commands.chain(families).chain(of_formats).chain(of_sequences).chain(of_models);
    of_functions.chain(others.chain(of_gestures).map(|id| (id, &[][..]))).collect()
}

/// The ids of the messages of a language.
fn ids(language: Language) -> BTreeSet<String> {
    let starts = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let lines = language.source().lines().filter(|line| starts(line));
    lines.filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
}

/// The attributes of the messages of a language, as `message.attribute`.
fn attributes(language: Language) -> BTreeSet<String> {
    let (mut attributes, mut id) = (BTreeSet::new(), "");
    for line in language.source().lines() {
        match line.strip_prefix("    .").and_then(|line| line.split_once(" =")) {
            Some((name, _)) => drop(attributes.insert(format!("{id}.{name}"))),
            None => id = line.split_once(" =").map_or(id, |(id, _)| id),
        }
    }
    attributes
}

/// Formats a message with these numbers for all its arguments, which may be words, too. Errors are those of Fluent.
fn formatted(language: Language, id: &str, arguments: &[&str], number: usize) -> (String, usize) {
    let messages = language.messages();
    let pattern = messages.get_message(id).and_then(|message| message.value()).unwrap();
    let value = |name: &&str| (name.to_string(), FluentValue::from(number));
    let arguments: FluentArgs = arguments.iter().map(value).collect();
    let mut errors = vec![];
    let text = messages.format_pattern(pattern, Some(&arguments), &mut errors).into_owned();
    (text, errors.len())
}

#[test]
fn all_files_can_be_read() {
    for language in Language::ALL {
        let read = FluentResource::try_new(language.source().to_owned());
        assert!(read.is_ok(), "{language:?}: {:?}", read.err().map(|(_, errors)| errors));
        let count = language.source().lines().filter(|l| l.starts_with(char::is_alphabetic)).count();
        assert_eq!(ids(language).len(), count, "{language:?}: a message stands twice");
    }
}

#[test]
fn all_languages_have_exactly_the_messages_that_are_used() {
    let wanted: BTreeSet<String> = wanted().into_keys().collect();
    for language in Language::ALL {
        let known = ids(language);
        let missing: Vec<&String> = wanted.difference(&known).collect();
        let superfluous: Vec<&String> = known.difference(&wanted).collect();
        assert!(missing.is_empty() && superfluous.is_empty(), "{language:?}: {missing:?}, {superfluous:?}");
        assert_eq!(attributes(language), attributes(Language::English), "{language:?}");
    }
    let of_messages = |text: &str| SHARED.iter().all(|(id, _)| text.contains(&format!("{{ {id} }}")));
    assert!(of_messages(Language::English.source()), "what is shared is used");
}

#[test]
fn all_messages_use_all_their_arguments_and_no_others() {
    for language in Language::ALL {
        for (id, arguments) in wanted() {
            let is_family = language.messages().get_message(&id).unwrap().value().is_none();
            if is_family {
                continue;
            }
            for number in [0, 1, 2, 5] {
                let (text, errors) = formatted(language, &id, arguments, number);
                assert_eq!(errors, 0, "{id} in {language:?}: an argument is unknown: {text}");
                assert!(!text.trim().is_empty(), "{id} in {language:?}");
            }
            for left_out in arguments {
                let others: Vec<&str> = arguments.iter().copied().filter(|other| other != left_out).collect();
                let (text, errors) = formatted(language, &id, &others, 2);
                assert!(errors > 0, "{id} in {language:?} does not say {left_out}: {text}");
            }
        }
    }
}

#[test]
fn messages_without_arguments_are_not_put_together() {
    for language in Language::ALL {
        let of_constants = SECTIONS.into_iter().flatten().filter(|(_, arguments)| arguments.is_empty());
        let suffixes = ["units-percent_suffix", "units-pixels_suffix", "units-rate_suffix"];
        let strings = ["units-comma", "units-semicolon"].into_iter().chain(suffixes);
        let strings: Vec<&str> = strings.collect();
        for (id, _) in of_constants.filter(|(id, _)| !strings.contains(id)) {
            assert!(!language.text(id).is_empty(), "{id} in {language:?}");
        }
        for command in crate::app::commands::all() {
            assert!(!commands::text_in(language, command.id).is_empty(), "{command:?} in {language:?}");
        }
        for id in attributes(language) {
            assert!(!language.text(&id).is_empty(), "{id} in {language:?}");
        }
    }
}

#[test]
fn numbers_have_their_plural() {
    let of = |language: Language, id: &str, arguments: &[&str]| {
        [0, 1, 2, 5].map(|number| formatted(language, id, arguments, number).0)
    };
    let masks = |language| of(language, "units-masks", &["masks"]);
    assert_eq!(masks(Language::English), ["0 masks", "1 mask", "2 masks", "5 masks"]);
    assert_eq!(masks(Language::German), ["0 Masken", "1 Maske", "2 Masken", "5 Masken"]);
    assert_eq!(masks(Language::Chinese), ["0 个掩码", "1 个掩码", "2 个掩码", "5 个掩码"]);
    let exist = |language| of(language, "losses-empty", &["masks"]);
    assert_eq!(exist(Language::English)[1], "1 mask without pixels is skipped.");
    assert_eq!(exist(Language::English)[2], "2 masks without pixels are skipped.");
    assert_eq!(exist(Language::German)[1], "1 Maske ohne Pixel wird übersprungen.");
    assert_eq!(exist(Language::German)[2], "2 Masken ohne Pixel werden übersprungen.");
}

#[test]
fn numbers_are_read_with_either_decimal_mark() {
    assert_eq!(parse_number("0,75"), Some(0.75));
    assert_eq!(parse_number(" −1.5 "), Some(-1.5));
    assert_eq!(parse_number("1 000"), Some(1000.0));
    assert_eq!(parse_number("1,2,3"), None);
    assert_eq!(parse_number(""), None);
}

#[test]
fn descriptions_of_lower_layers_are_the_same_in_english() {
    let text = |id: String| Language::English.text(&id);
    for format in Format::ALL {
        assert_eq!(text(formats::of_masks_id(format)), format.label());
    }
    for format in SequenceFormat::ALL {
        assert_eq!(text(formats::of_sequences_id(format)), format.label());
    }
    for entry in CATALOGUE {
        assert_eq!(text(models::title_id(entry)), entry.title);
    }
    for loss in all_losses() {
        assert_eq!(losses::loss(loss), loss.to_string());
    }
}

fn all_losses() -> Vec<crate::files::export::Loss> {
    use crate::files::export::Loss;
    let of = |masks: usize| {
        [
            Loss::Empty(masks),
            Loss::Holes { masks, pixels: 7 },
            Loss::JoinedParts(masks),
            Loss::SeparateParts(masks),
            Loss::Simplified(1.5),
            Loss::Hidden(12),
            Loss::Unclassed(masks),
            Loss::Details,
            Loss::Attributes(masks),
            Loss::AttributesExceptFlags(masks),
        ]
    };
    of(1).into_iter().chain(of(3)).collect()
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(below).collect()
}

#[test]
fn no_text_of_the_window_stands_in_the_code() {
    let shows =
        [".label(\"", "button(\"", ".heading(\"", ".weak(\"", ".strong(\"", "hover_text(\"", ".checkbox(\""];
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app");
    for file in sources(&app).into_iter().filter(|file| !file.starts_with(app.join("texts"))) {
        let code = fs::read_to_string(&file).unwrap();
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        for (i, line) in code.lines().enumerate() {
            let text = shows.iter().find_map(|call| line.split_once(call)).map(|(_, text)| text);
            let has_words = text.is_some_and(|text| text.starts_with(char::is_alphabetic));
            assert!(!has_words, "{}:{}: {line}", file.display(), i + 1);
        }
    }
}
