//! The installed fonts for scripts that our own font lacks: names of files and classes need them.

use fontique::{Collection, CollectionOptions, FallbackKey, Language, Script};
use skrifa::{FontRef, MetadataProvider};

use super::Finding;

/// Scripts with a language that tells which of the shapes is wanted, and a character of theirs.
const SCRIPTS: [(&str, &str, &str, char); 10] = [
    // `zh-SG`, because `zh-CN` is the language of whatever font was asked for first.
    ("Chinese (simplified)", "Hani", "zh-SG", '杯'),
    ("Chinese (traditional)", "Hani", "zh-TW", '國'),
    ("Japanese", "Hira", "ja", 'あ'),
    ("Korean", "Hang", "ko", '컵'),
    ("Arabic", "Arab", "ar", 'ك'),
    ("Hebrew", "Hebr", "he", 'כ'),
    ("Devanagari", "Deva", "hi", 'क'),
    ("Bengali", "Beng", "bn", 'ক'),
    ("Tamil", "Taml", "ta", 'க'),
    ("Thai", "Thai", "th", 'ถ'),
];

pub(super) fn check() -> Vec<Finding> {
    let mut fonts = Collection::new(CollectionOptions::default());
    let (mut found, mut missing) = (vec![], vec![]);
    for (name, script, language, character) in SCRIPTS {
        match font_for(&mut fonts, script, language, character) {
            Some(font) => found.push(format!("{name}: {font}")),
            None => missing.push(name),
        }
    }
    let mut findings = vec![Finding::ok("Latin, Greek and Cyrillic: Inter, built in")];
    findings.extend(found.into_iter().map(Finding::ok));
    if !missing.is_empty() {
        findings.push(Finding::warning(
            format!("no font for {}: such names are shown as boxes", missing.join(", ")),
            "install fonts if you need them: on Debian and Ubuntu apt-get install fonts-noto-core fonts-noto-cjk",
        ));
    }
    findings
}

/// The family of the first font that is tried for a script and has the character.
fn font_for(fonts: &mut Collection, script: &str, language: &str, character: char) -> Option<String> {
    let key = FallbackKey::new(Script::parse(script).ok()?, Language::parse(language).ok().as_ref());
    let families: Vec<_> = fonts.fallback_families(key).collect();
    families.into_iter().find_map(|id| {
        let family = fonts.family(id)?;
        let font = family.default_font()?;
        let data = font.load(None)?;
        let face = FontRef::from_index(data.as_ref(), font.index()).ok()?;
        face.charmap().map(character).map(|_| family.name().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_script_is_found_or_missing() {
        for (_, script, language, _) in SCRIPTS {
            assert!(
                Script::parse(script).is_ok() && Language::parse(language).is_ok(),
                "{script} {language}"
            );
        }
        let text: Vec<String> = check().into_iter().map(|finding| finding.text).collect();
        let text = text.join("\n");
        assert!(SCRIPTS.iter().all(|(name, ..)| text.contains(name)), "{text}");
    }
}
