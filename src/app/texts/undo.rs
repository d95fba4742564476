//! What steps of undo are called.

use crate::document::Label;
use crate::files::project::ProjectLabel;

texts! { undo:
    add_point;
    move_point;
    delete_point;
    draw_box;
    change_box;
    delete_box;
    choose_candidate;
    clear_prompt;
    refine_mask;
    accept_mask;
    paint;
    erase;
    edit_points;
    duplicate;
    fill_holes;
    remove_specks;
    smooth;
    grow;
    shrink;
    refine_edge;
    keep_largest_part;
    split;
    merge;
    subtract;
    intersect;
    add_masks(masks: usize);
    filter_masks;
    import_masks(masks: usize);
    paste_masks(masks: usize);
    delete_masks(masks: usize);
    rename_mask;
    accept_masks(masks: usize);
    show_masks(masks: usize);
    hide_masks(masks: usize);
    show_one;
    show_all;
    lock_masks(masks: usize);
    unlock_masks(masks: usize);
    move_masks(masks: usize);
    change_attribute(name: &str);
    classify_masks(masks: usize);
    track_objects;
    mark_absent;
    add_class(name: &str);
    add_classes(classes: usize);
    merge_classes;
    rename_class;
    colour_class;
    change_key;
    delete_class;
    mark_done(photo: &str);
    mark_for_review(photo: &str);
    clear_state(photo: &str);
    change_attributes;
    change_tags(photo: &str);
    change_note(photo: &str);
}

/// A change of the photo's masks.
pub fn of_document(label: &Label) -> String {
    match label {
        Label::AddPoint => add_point().to_owned(),
        Label::MovePoint => move_point().to_owned(),
        Label::DeletePoint => delete_point().to_owned(),
        Label::DrawBox => draw_box().to_owned(),
        Label::ChangeBox => change_box().to_owned(),
        Label::DeleteBox => delete_box().to_owned(),
        Label::ChooseCandidate => choose_candidate().to_owned(),
        Label::ClearPrompt => clear_prompt().to_owned(),
        Label::RefineMask => refine_mask().to_owned(),
        Label::AcceptMask => accept_mask().to_owned(),
        Label::Paint => paint().to_owned(),
        Label::Erase => erase().to_owned(),
        Label::EditPoints => edit_points().to_owned(),
        Label::Duplicate => duplicate().to_owned(),
        Label::FillHoles => fill_holes().to_owned(),
        Label::RemoveSpecks => remove_specks().to_owned(),
        Label::Smooth => smooth().to_owned(),
        Label::Grow => grow().to_owned(),
        Label::Shrink => shrink().to_owned(),
        Label::RefineEdge => refine_edge().to_owned(),
        Label::KeepLargestPart => keep_largest_part().to_owned(),
        Label::Split => split().to_owned(),
        Label::Merge => merge().to_owned(),
        Label::Subtract => subtract().to_owned(),
        Label::Intersect => intersect().to_owned(),
        Label::AddMasks(masks) => add_masks(*masks),
        Label::FilterMasks => filter_masks().to_owned(),
        Label::ImportMasks(masks) => import_masks(*masks),
        Label::PasteMasks(masks) => paste_masks(*masks),
        Label::DeleteMasks(masks) => delete_masks(*masks),
        Label::RenameMask => rename_mask().to_owned(),
        Label::AcceptMasks(masks) => accept_masks(*masks),
        Label::ShowMasks(masks) => show_masks(*masks),
        Label::HideMasks(masks) => hide_masks(*masks),
        Label::ShowOne => show_one().to_owned(),
        Label::ShowAll => show_all().to_owned(),
        Label::LockMasks(masks) => lock_masks(*masks),
        Label::UnlockMasks(masks) => unlock_masks(*masks),
        Label::MoveMasks(masks) => move_masks(*masks),
        Label::ChangeAttribute(name) => change_attribute(name),
        Label::ClassifyMasks(masks) => classify_masks(*masks),
        Label::TrackObjects => track_objects().to_owned(),
        Label::MarkAbsent => mark_absent().to_owned(),
    }
}

/// A change of the classes or the photos of the folder.
pub fn of_project(label: &ProjectLabel) -> String {
    match label {
        ProjectLabel::AddClass(name) => add_class(name),
        ProjectLabel::AddClasses(classes) => add_classes(*classes),
        ProjectLabel::MergeClasses => merge_classes().to_owned(),
        ProjectLabel::RenameClass => rename_class().to_owned(),
        ProjectLabel::ColourClass => colour_class().to_owned(),
        ProjectLabel::ChangeKey => change_key().to_owned(),
        ProjectLabel::DeleteClass => delete_class().to_owned(),
        ProjectLabel::MarkDone(photo) => mark_done(photo),
        ProjectLabel::MarkForReview(photo) => mark_for_review(photo),
        ProjectLabel::ClearState(photo) => clear_state(photo),
        ProjectLabel::ChangeAttributes => change_attributes().to_owned(),
        ProjectLabel::ChangeTags(photo) => change_tags(photo),
        ProjectLabel::ChangeNote(photo) => change_note(photo),
    }
}
