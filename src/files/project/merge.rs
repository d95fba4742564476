//! Merging the changes of two windows.

use std::collections::BTreeMap;

use super::content::{Project, ProjectClass, Rename};

/// Merges two states that both started as `base`: the changes of each are applied. If both have changed the
/// same item, ours wins; an item that one side removed and the other changed is kept.
pub(super) fn merged(base: &Project, ours: &Project, theirs: &Project) -> Project {
    Project {
        format: ours.format.clone(),
        version: ours.version,
        classes: classes(base, ours, theirs),
        photos: by_key(&base.photos, &ours.photos, &theirs.photos),
        is_sequence: if ours.is_sequence == base.is_sequence { theirs.is_sequence } else { ours.is_sequence },
        renames: renames(base, ours, theirs),
        other: {
            let mut other = theirs.other.clone();
            other.extend(ours.other.clone());
            other
        },
    }
}

fn by_key<V: Clone + PartialEq>(
    base: &BTreeMap<String, V>,
    ours: &BTreeMap<String, V>,
    theirs: &BTreeMap<String, V>,
) -> BTreeMap<String, V> {
    let mut merged = theirs.clone();
    for (key, value) in ours {
        if base.get(key) != Some(value) {
            merged.insert(key.clone(), value.clone());
        }
    }
    merged.retain(|key, value| ours.contains_key(key) || base.get(key) != Some(value));
    merged
}

/// In their order; our additions come last.
fn classes(base: &Project, ours: &Project, theirs: &Project) -> Vec<ProjectClass> {
    let kept = theirs.classes.iter().filter_map(|other| {
        let (before, class) = (base.class(&other.name), ours.class(&other.name));
        match (before, class) {
            (Some(before), Some(class)) => Some(ProjectClass {
                name: other.name.clone(),
                colour: if class.colour == before.colour { other.colour } else { class.colour },
                key: if class.key == before.key { other.key } else { class.key },
                attributes: match class.attributes == before.attributes {
                    true => other.attributes.clone(),
                    false => class.attributes.clone(),
                },
                other: if class.other == before.other { other.other.clone() } else { class.other.clone() },
            }),
            (None, Some(class)) => Some(class.clone()),
            // Removed or renamed by us.
            (Some(before), None) if before == other => None,
            (_, None) => Some(other.clone()),
        }
    });
    let mut merged: Vec<ProjectClass> = kept.collect();
    let added = ours
        .classes
        .iter()
        .filter(|class| theirs.class(&class.name).is_none() && base.class(&class.name) != Some(class));
    merged.extend(added.cloned());
    one_class_a_digit(&mut merged);
    merged
}

/// Of classes with the same digit, the first keeps it; the others get a free one.
fn one_class_a_digit(classes: &mut [ProjectClass]) {
    for i in 0..classes.len() {
        let key = classes[i].key;
        if key.is_some() && classes[..i].iter().any(|class| class.key == key) {
            classes[i].key = (1..=9).find(|key| classes.iter().all(|class| class.key != Some(*key)));
        }
    }
}

/// Theirs first, because sessions may already rely on their revisions, then our additions. What one side has
/// undone stays undone.
fn renames(base: &Project, ours: &Project, theirs: &Project) -> Vec<Rename> {
    let mut merged = theirs.renames.clone();
    let is_same = |(a, b): &(&Rename, &Rename)| (&a.from, &a.to, a.revision) == (&b.from, &b.to, b.revision);
    let shared = ours.renames.iter().zip(&base.renames).take_while(is_same).count();
    for (merged, ours) in merged.iter_mut().zip(&ours.renames[..shared]) {
        merged.undone |= ours.undone;
    }
    let added = (theirs.revision() + 1..).zip(&ours.renames[shared..]);
    merged.extend(added.map(|(revision, rename)| Rename { revision, ..rename.clone() }));
    merged
}

#[cfg(test)]
mod tests {
    use super::super::PhotoState;
    use super::*;

    fn base() -> Project {
        let mut base = Project::default();
        ["cup", "dog", "cat"].iter().for_each(|name| base.add_class(name, Some([1; 3])));
        base.set_state("a.jpg", Some(PhotoState::Done));
        base.set_state("b.jpg", Some(PhotoState::Done));
        base
    }

    fn names(project: &Project) -> Vec<&str> {
        project.classes.iter().map(|class| &*class.name).collect()
    }

    #[test]
    fn the_changes_of_both_are_kept() {
        let (base, mut ours, mut theirs) = (base(), base(), base());
        ours.add_class("ours", None);
        ours.set_colour("cup", [9; 3]);
        ours.set_state("a.jpg", None);
        ours.set_state("c.jpg", Some(PhotoState::Review));
        theirs.add_class("theirs", None);
        theirs.set_key("cup", Some(7));
        theirs.set_colour("dog", [8; 3]);
        theirs.classes.retain(|class| class.name != "cat");
        theirs.set_note("d.jpg", "dark");
        let merged = merged(&base, &ours, &theirs);
        assert_eq!(names(&merged), ["cup", "dog", "theirs", "ours"]);
        let cup = merged.class("cup").unwrap();
        assert_eq!((cup.colour, cup.key, merged.class("dog").unwrap().colour), ([9; 3], Some(7), [8; 3]));
        let key = |name| merged.class(name).unwrap().key;
        assert_eq!(
            (key("theirs"), key("ours")),
            (Some(4), Some(1)),
            "both chose 4; 1 is free since cup has 7"
        );
        assert_eq!(merged.photos.keys().collect::<Vec<_>>(), ["b.jpg", "c.jpg", "d.jpg"]);
        assert_eq!(super::merged(&base, &base, &theirs), theirs);
        assert_eq!(super::merged(&base, &ours, &base), ours);
    }

    #[test]
    fn renames_of_both_follow_each_other_with_revisions_of_their_own() {
        let (mut before, mut ours, mut theirs) = (base(), base(), base());
        for project in [&mut before, &mut ours, &mut theirs] {
            project.rename_class("dog", "hound");
        }
        ours.rename_class("cup", "mug");
        theirs.rename_class("cat", "kitten");
        let merged = merged(&before, &ours, &theirs);
        assert_eq!(names(&merged), ["hound", "kitten", "mug"]);
        let revisions: Vec<_> = merged.renames.iter().map(|r| (&*r.from, r.revision)).collect();
        assert_eq!(revisions, [("dog", 1), ("cat", 2), ("cup", 3)]);
        assert_eq!((merged.name_since("cup", 1), merged.name_since("cat", 1)), (Some("mug"), Some("kitten")));
    }
}
