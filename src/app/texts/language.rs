//! The languages of the window, and the one it speaks. A new language is a file in `assets/languages/`, an entry
//! here, and a command in `commands/view.rs`.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};

type Messages = FluentBundle<FluentResource>;

/// The names of the values are part of saved settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::app) enum Language {
    /// The reference for all others, and what the window speaks before another language is chosen.
    #[default]
    English,
    German,
    Chinese,
}

/// The language of the window, by its place in [`Language::ALL`].
static CURRENT: AtomicUsize = AtomicUsize::new(0);

static MESSAGES: [OnceLock<Messages>; Language::ALL.len()] = [const { OnceLock::new() }; Language::ALL.len()];

impl Language {
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Chinese];

    /// As in BCP 47, without a region.
    fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Chinese => "zh",
        }
    }

    pub(super) fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../../assets/languages/en.ftl"),
            Self::German => include_str!("../../../assets/languages/de.ftl"),
            Self::Chinese => include_str!("../../../assets/languages/zh.ftl"),
        }
    }

    /// The language of the window.
    pub fn current() -> Self {
        Self::ALL.get(CURRENT.load(Ordering::Relaxed)).copied().unwrap_or_default()
    }

    /// Makes it the language of the window, from the next frame on.
    pub fn choose(self) {
        CURRENT.store(self as usize, Ordering::Relaxed);
    }

    /// The first of the user's languages, as the system knows them, that the window speaks; else English.
    pub fn of_system() -> Self {
        Self::first_of(sys_locale::get_locales())
    }

    /// Of a text such as `zh-Hant-TW`, only the first part counts.
    fn first_of(locales: impl IntoIterator<Item = String>) -> Self {
        let language = |locale: String| {
            let tag = locale.split(['-', '_', '.', '@']).next()?.to_ascii_lowercase();
            Self::ALL.into_iter().find(|language| language.tag() == tag)
        };
        locales.into_iter().find_map(language).unwrap_or_default()
    }

    /// A message without arguments; with an id such as `command-Undo.tooltip`, an attribute of one. Empty if
    /// there is no such message.
    pub fn text(self, id: &str) -> &'static str {
        match self.formatted(id, None) {
            Some(Cow::Borrowed(text)) => text,
            // Only messages that are put together are not borrowed.
            Some(Cow::Owned(_)) | None => "",
        }
    }

    /// A message with its arguments.
    pub fn format<'a>(
        self,
        id: &str,
        arguments: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> String {
        let arguments: FluentArgs = arguments.into_iter().collect();
        self.formatted(id, Some(&arguments)).unwrap_or_default().into_owned()
    }

    fn formatted(self, id: &str, arguments: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let messages = self.messages();
        let (id, attribute) = id.split_once('.').map_or((id, None), |(id, name)| (id, Some(name)));
        let message = messages.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        let mut errors = vec![];
        let text = messages.format_pattern(pattern, arguments, &mut errors);
        debug_assert!(errors.is_empty(), "{id} in {self:?}: {errors:?}");
        Some(match text {
            Cow::Borrowed(text) => Cow::Borrowed(text),
            Cow::Owned(text) => Cow::Owned(text),
        })
    }

    pub(super) fn messages(self) -> &'static Messages {
        MESSAGES[self as usize].get_or_init(|| {
            // What cannot be read is missing; a test reads all files.
            let source = self.source().to_owned();
            let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource);
            let mut messages = Messages::new_concurrent(self.tag().parse().into_iter().collect());
            // Texts are shown as they are, without marks of direction around their parts.
            messages.set_use_isolating(false);
            messages.add_resource_overriding(resource);
            messages
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_of_the_users_that_the_window_speaks() {
        let of = |locales: &[&str]| Language::first_of(locales.iter().map(|locale| (*locale).to_owned()));
        assert_eq!(of(&["fr-FR", "de-AT", "en-US"]), Language::German);
        assert_eq!(of(&["zh-Hant-TW"]), Language::Chinese);
        assert_eq!(of(&["zh_CN.UTF-8"]), Language::Chinese);
        assert_eq!(of(&["de@euro"]), Language::German);
        assert_eq!(of(&["fr"]), Language::English);
        assert_eq!(of(&["C"]), Language::English);
        assert_eq!(of(&[]), Language::English);
    }
}
