use super::*;
use crate::annotation::Proposal;
use crate::mask::Mask;
use crate::prompt::{BoxPrompt, Point};

fn new_mask(area: u32) -> Annotation<ClassId> {
    Annotation {
        predicted_iou: Some(0.5),
        stability_score: Some(0.5),
        ..Annotation::new("", Mask::from_fn(20, 20, |x, y| y == 0 && x < area))
    }
}

fn point(x: f32) -> Point {
    Point { x, y: 1.0, positive: true }
}

fn clicks<const N: usize>(at: [f32; N]) -> Prompt {
    Prompt { points: at.map(point).to_vec(), bbox: None }
}

#[test]
fn every_step_can_be_undone_and_redone() {
    let mut doc = Document::default();
    doc.apply(Edit::AddPoint(point(3.0), None));
    doc.apply(Edit::AddPoint(point(4.0), None));
    doc.apply(Edit::MovePoint { index: 1, x: 9.0, y: 2.0 });
    doc.apply(Edit::Choose(2));
    doc.apply(Edit::Accept(new_mask(4)));
    assert!(doc.prompting().is_empty());
    let id = doc.masks()[0].id;
    doc.apply(Edit::Rename(id, "cup".into()));
    doc.apply(Edit::SetVisible(vec![id], false));
    doc.apply(Edit::Solo(Some(id)));
    doc.apply(Edit::Delete(vec![id]));
    assert!(doc.masks().is_empty() && doc.solo().is_none());
    let mut steps = 0;
    while doc.undo() {
        steps += 1;
    }
    assert_eq!(steps, 9);
    assert_eq!(doc.state, State::default());
    while doc.redo() {}
    assert!(doc.masks().is_empty());
    doc.undo();
    assert_eq!(doc.masks()[0].annotation.name, "cup");
    assert!(!doc.masks()[0].visible);
    assert_eq!(doc.masks()[0].id, id, "a mask keeps its identity through undo and redo");
}

#[test]
fn accepting_is_one_step_back_to_the_points() {
    let mut doc = Document::default();
    doc.apply(Edit::AddPoint(point(3.0), None));
    doc.apply(Edit::Accept(new_mask(4)));
    assert_eq!(doc.undo_label(), Some(&Label::AcceptMask));
    doc.undo();
    assert_eq!((doc.masks().len(), doc.prompting().prompt.points.len()), (0, 1));
}

#[test]
fn an_accepted_mask_is_selected_alone() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3)]));
    let old = doc.masks()[1].id;
    doc.select([doc.masks()[0].id, old]);
    doc.apply(Edit::AddPoint(point(3.0), None));
    doc.apply(Edit::Accept(new_mask(4)));
    let new = doc.masks()[2].id;
    assert_eq!(doc.selection(), &BTreeSet::from([new]));
    doc.apply(Edit::Reopen(old, Prompting { prompt: clicks([2.0]), ..Prompting::default() }));
    doc.apply(Edit::Accept(new_mask(3)));
    assert_eq!(doc.selection(), &BTreeSet::from([old]));
}

#[test]
fn a_change_that_changes_nothing_is_no_step() {
    let mut doc = Document::default();
    doc.apply(Edit::ClearPrompt);
    doc.apply(Edit::DeletePoint(7));
    doc.apply(Edit::AddMasks(vec![]));
    assert_eq!(doc.undo_label(), None);
}

#[test]
fn a_new_point_hands_the_choice_back_to_the_network() {
    let mut doc = Document::default();
    doc.apply(Edit::AddPoint(point(3.0), None));
    doc.apply(Edit::Choose(2));
    doc.apply(Edit::AddPoint(point(5.0), None));
    assert_eq!(doc.prompting().chosen, None);
}

#[test]
fn clicks_cycle_through_the_shown_masks_from_the_smallest() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3)]));
    let (large, small) = (doc.masks()[0].id, doc.masks()[1].id);
    assert_eq!(doc.masks_at(1, 0), [small, large]);
    assert_eq!(doc.next_mask_at(5, 5), None);
    for expected in [small, large, small] {
        let next = doc.next_mask_at(1, 0);
        assert_eq!(next, Some(expected));
        doc.select(next);
    }
    assert_eq!(doc.next_mask_at(5, 0), Some(large));
    doc.select([small, large]);
    assert_eq!(doc.next_mask_at(1, 0), Some(small));
    doc.apply(Edit::SetVisible(vec![small], false));
    assert_eq!(doc.masks_at(1, 0), [large]);
}

#[test]
fn a_reopened_mask_takes_the_new_answer() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3)]));
    let id = doc.masks()[0].id;
    let prompting = Prompting { prompt: clicks([2.0]), ..Prompting::default() };
    doc.apply(Edit::Reopen(id, prompting.clone()));
    assert_eq!((doc.reopened().unwrap().id, doc.prompting()), (id, &prompting));
    doc.apply(Edit::Accept(new_mask(5)));
    assert_eq!((doc.masks().len(), doc.masks()[0].annotation.mask.area(), doc.masks()[0].id), (2, 5, id));
    assert!(doc.reopened().is_none());
    doc.undo();
    assert_eq!(doc.reopened().unwrap().annotation.mask.area(), 9);
    doc.apply(Edit::ClearPrompt);
    doc.apply(Edit::Accept(new_mask(7)));
    assert_eq!(doc.masks().len(), 3);
}

#[test]
fn shapes_change_together_and_locked_masks_do_not() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3), new_mask(4)]));
    let [a, b, c] = [0, 1, 2].map(|i| doc.masks()[i].id);
    doc.apply(Edit::SetLocked(vec![c], true));
    let part = new_mask(2);
    doc.apply(Edit::Reshape(Reshape {
        what: Label::Split,
        changed: vec![(a, new_mask(6).mask), (b, new_mask(0).mask), (c, new_mask(1).mask)],
        removed: vec![c],
        added: vec![(part, Some(a))],
    }));
    let areas: Vec<u64> = doc.masks().iter().map(|m| m.annotation.mask.area()).collect();
    assert_eq!(areas, [6, 2, 4], "the part follows its whole, an empty mask goes, a locked one stays");
    assert_eq!(doc.undo_label(), Some(&Label::Split));
    doc.apply(Edit::Delete(vec![a, c]));
    assert_eq!(doc.masks().len(), 2);
}

/// Classes with these ids and names.
fn classes<const N: usize>(named: [(u64, &str); N]) -> Arc<ClassList> {
    let class = |(id, name): (u64, &str)| Class {
        id: ClassId(id),
        name: name.into(),
        colour: [1; 3],
        key: None,
        attributes: vec![],
    };
    Arc::new(ClassList::new(named.map(class).to_vec(), [], 0))
}

#[test]
fn classes_and_order_are_steps_of_undo() {
    let mut doc = Document::default();
    doc.use_classes(classes([(7, "cup")]));
    doc.apply(Edit::AddMasks(vec![new_mask(9), new_mask(3), new_mask(4)]));
    let [a, b, c] = [0, 1, 2].map(|i| doc.masks()[i].id);
    doc.apply(Edit::SetClass(vec![a, c], Some(ClassId(7))));
    doc.apply(Edit::Move { ids: vec![c], before: Some(a) });
    assert_eq!(doc.masks().iter().map(|m| m.id).collect::<Vec<_>>(), [c, a, b]);
    doc.apply(Edit::Move { ids: vec![c, a], before: None });
    assert_eq!(doc.masks().iter().map(|m| m.id).collect::<Vec<_>>(), [b, c, a]);
    let with_class = |doc: &Document| doc.masks().iter().filter(|m| doc.class_of(m).is_some()).count();
    assert_eq!(with_class(&doc), 2);
    while doc.undo_label() != Some(&Label::AddMasks(3)) {
        doc.undo();
    }
    assert_eq!(with_class(&doc), 0);
}

#[test]
fn another_name_of_a_class_is_work_to_be_saved_but_no_step_of_undo() {
    let mut doc = Document::default();
    doc.use_classes(classes([(7, "cup"), (8, "dog")]));
    doc.apply(Edit::AddMasks(vec![new_mask(9)]));
    let id = doc.masks()[0].id;
    doc.apply(Edit::SetClass(vec![id], Some(ClassId(7))));
    let (revision, label) = (doc.revision(), doc.undo_label().cloned());
    doc.use_classes(classes([(7, "cup"), (8, "hound")]));
    assert_eq!(doc.revision(), revision, "no mask is a dog");
    doc.use_classes(classes([(7, "mug"), (8, "hound")]));
    assert!(doc.revision() > revision);
    assert_eq!(doc.annotation(&doc.masks()[0]).class.as_deref(), Some("mug"));
    assert_eq!(doc.undo_label(), label.as_ref());
    doc.use_classes(classes([(8, "hound")]));
    assert!(doc.class_of(&doc.masks()[0]).is_none());
}

fn sift(run: u64, kept: &[usize]) -> Edit {
    let filters = Filters { pred_iou_thresh: kept.len() as f32, ..Filters::from(&Default::default()) };
    let found = |index: &usize| {
        let (name, colour) = (format!("Found {}", index + 1), Some(mask_colour(*index as u64)));
        (*index, Annotation { name, colour, ..new_mask(20 - *index as u32) })
    };
    Edit::Sift { sifting: Sifting { run, filters, beside: false }, kept: kept.iter().map(found).collect() }
}

fn indices(doc: &Document) -> Vec<usize> {
    doc.masks().iter().filter_map(|m| Some(m.found?.index)).collect()
}

#[test]
fn filters_take_masks_out_and_bring_the_same_back() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(15)]));
    doc.apply(sift(1, &[4, 2, 7]));
    // The larger one lies below.
    let (four, colour) = (doc.masks()[2].id, doc.masks()[2].annotation.colour);
    doc.apply(sift(1, &[4, 9]));
    assert_eq!(indices(&doc), [4, 9]);
    assert_eq!(doc.masks()[1].id, four, "what stays keeps its identity");
    doc.apply(sift(1, &[2]));
    doc.apply(sift(1, &[4]));
    assert_eq!(
        (doc.masks()[1].annotation.name.as_str(), doc.masks()[1].annotation.colour),
        ("Found 5", colour)
    );
    assert_eq!(doc.masks().len(), 2, "masks made by hand stay");
    let sifted = doc.sifting().unwrap().filters;
    doc.undo();
    assert_eq!(indices(&doc), [2]);
    assert_eq!((doc.sifting().unwrap().filters, doc.undo_label()), (sifted, Some(&Label::FilterMasks)));
}

#[test]
fn a_run_over_a_part_leaves_what_others_found() {
    let mut doc = Document::default();
    doc.apply(sift(1, &[0, 1]));
    for kept in [&[0, 3][..], &[3]] {
        let Edit::Sift { sifting, kept } = sift(2, kept) else { unreachable!() };
        doc.apply(Edit::Sift { sifting: Sifting { beside: true, ..sifting }, kept });
    }
    assert_eq!(indices(&doc), [0, 1, 3]);
    doc.apply(sift(3, &[7]));
    assert_eq!(indices(&doc), [7]);
}

#[test]
fn a_mask_stands_for_the_answer_in_the_part_that_holds_it() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(4)]));
    let part = PixelBox { x0: 0, y0: 0, x1: 8, y1: 2 };
    let within = |part| prompting_again(&doc.masks()[0], Some(part)).from.unwrap();
    let from = within(part);
    assert_eq!(from.part, Some(part));
    assert_eq!(from.logits.mask(0.0, 1.0).0.area(), 2 * 2);
    assert_eq!(within(PixelBox { x1: 3, ..part }).part, None, "the part cuts the mask");
}

#[test]
fn a_prompt_starts_from_an_answer_only_where_that_was_given() {
    let part = PixelBox { x0: 10, y0: 20, x1: 30, y1: 40 };
    let logits = LowRes::over_photo(vec![1.0; 16 * 16], 16, (20, 20)).unwrap();
    let former = Former { logits, part: Some(part) };
    let bbox = |x1| Some(BoxPrompt { x0: 12.0, y0: 20.0, x1, y1: 40.0 });
    let mut prompting = Prompting {
        prompt: Prompt { points: vec![], bbox: bbox(30.0) },
        from: Some(former),
        ..Prompting::default()
    };
    prompting.prompt.points.push(Point { x: 10.0, y: 21.0, positive: true });
    assert!(prompting.prompt.lies_in(part));
    assert!(prompting.query_in(Some(part)).mask_input.is_some());
    assert!(prompting.query_in(None).mask_input.is_none());
    prompting.prompt.bbox = bbox(31.0);
    assert!(!prompting.prompt.lies_in(part));
}

#[test]
fn what_filters_bring_lies_under_what_is_smaller() {
    let mut doc = Document::default();
    let areas = |doc: &Document| doc.masks().iter().map(|m| m.annotation.mask.area()).collect::<Vec<_>>();
    let Edit::Sift { sifting, .. } = sift(1, &[]) else { unreachable!() };
    doc.apply(Edit::AddMasks(vec![new_mask(1)]));
    doc.apply(Edit::Sift { sifting, kept: vec![(0, new_mask(3)), (1, new_mask(9)), (2, new_mask(5))] });
    assert_eq!(areas(&doc), [1, 9, 5, 3]);
    doc.apply(Edit::Move { ids: vec![doc.masks()[3].id], before: Some(doc.masks()[0].id) });
    assert_eq!(areas(&doc), [3, 1, 9, 5], "and can be put elsewhere");
}

#[test]
fn the_selected_masks_move_one_layer_up_or_down() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks([1, 2, 3, 4].map(new_mask).to_vec()));
    let areas = |doc: &Document| doc.masks().iter().map(|m| m.annotation.mask.area()).collect::<Vec<_>>();
    doc.select([doc.masks()[0].id, doc.masks()[1].id]);
    for (up, wanted) in [(true, [3, 1, 2, 4]), (true, [3, 4, 1, 2]), (false, [3, 1, 2, 4])] {
        let edit = doc.moved_by_one(up).unwrap();
        doc.apply(edit);
        assert_eq!(areas(&doc), wanted);
    }
    doc.select([doc.masks()[3].id]);
    assert_eq!(doc.moved_by_one(true), None);
}

#[test]
fn filters_respect_what_was_done_by_hand() {
    let mut doc = Document::default();
    doc.apply(sift(1, &[0, 1, 2]));
    let id = |doc: &Document, i: usize| doc.masks()[i].id;
    doc.apply(Edit::Rename(id(&doc, 0), "cup".into()));
    doc.apply(Edit::Delete(vec![id(&doc, 1)]));
    doc.apply(sift(1, &[1]));
    assert_eq!(indices(&doc), [0], "a renamed mask stays, a deleted one does not come back");
    doc.apply(sift(1, &[0, 1]));
    assert_eq!(indices(&doc), [0]);
    doc.apply(sift(2, &[0, 5]));
    assert_eq!(indices(&doc), [0, 0, 5], "another run replaces what was not touched");
}

#[test]
fn filters_leave_locked_and_united_masks_alone() {
    let mut doc = Document::default();
    doc.apply(sift(1, &[0, 1, 2]));
    let [a, b, c] = [0, 1, 2].map(|i| doc.masks()[i].id);
    doc.apply(Edit::SetLocked(vec![c], true));
    let united =
        Reshape { what: Label::Merge, changed: vec![(a, new_mask(8).mask)], removed: vec![b], added: vec![] };
    doc.apply(Edit::Reshape(united));
    doc.apply(sift(1, &[0, 1]));
    assert_eq!(indices(&doc), [0, 2], "a united mask came back, or a locked one went");
    assert_eq!(doc.masks()[0].annotation.mask.area(), 8);
}

#[test]
fn a_mask_without_a_prompt_is_no_longer_worked_on() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(9)]));
    let id = doc.masks()[0].id;
    doc.apply(Edit::Reopen(id, Prompting { prompt: clicks([2.0]), ..Prompting::default() }));
    doc.apply(Edit::DeletePoint(0));
    assert!(doc.reopened().is_none());
    doc.apply(Edit::AddPoint(point(4.0), None));
    doc.apply(Edit::Accept(new_mask(5)));
    assert_eq!(doc.masks().iter().map(|m| m.annotation.mask.area()).collect::<Vec<_>>(), [9, 5]);
}

#[test]
fn names_and_ids_are_never_used_twice() {
    let mut doc = Document::default();
    doc.apply(Edit::AddMasks(vec![new_mask(1), new_mask(2)]));
    let first = doc.masks()[1].id;
    doc.apply(Edit::Delete(vec![first]));
    doc.apply(Edit::AddMasks(vec![new_mask(3)]));
    assert_ne!(doc.masks()[1].id, first);
    assert_eq!(doc.masks()[1].annotation.name, "Mask 3");
}

#[test]
fn a_proposal_ends_with_a_decision_and_undo_brings_it_back() {
    let mut doc = Document::default();
    let proposal = |predicted_iou, score| Annotation {
        predicted_iou: Some(predicted_iou),
        proposal: Some(Proposal { score }),
        ..new_mask(4)
    };
    doc.apply(Edit::AddMasks(vec![proposal(0.9, None), proposal(0.6, None), proposal(0.95, Some(0.3))]));
    doc.apply(Edit::AddMasks(vec![new_mask(3)]));
    let ids: Vec<MaskId> = doc.masks().iter().map(|m| m.id).collect();
    let open = |doc: &Document| doc.proposals().iter().map(|m| m.id).collect::<Vec<_>>();
    assert_eq!(open(&doc), [ids[2], ids[1], ids[0]], "least certain first");

    let class = ClassId(7);
    let smaller = Reshape { changed: vec![(ids[1], new_mask(2).mask)], ..Reshape::default() };
    for (edit, id) in [
        (Edit::AcceptProposals(vec![ids[0]]), ids[0]),
        (Edit::SetClass(vec![ids[1]], Some(class)), ids[1]),
        (Edit::Rename(ids[2], "x".into()), ids[2]),
        (Edit::Reshape(smaller), ids[1]),
        (Edit::Delete(vec![ids[2]]), ids[2]),
    ] {
        let before = open(&doc);
        doc.apply(edit);
        assert!(!open(&doc).contains(&id) && open(&doc).len() == 2);
        doc.undo();
        assert_eq!(open(&doc), before);
    }
    // Looking is no decision; a lock protects the pixels, not the question.
    doc.apply(Edit::SetVisible(ids.clone(), false));
    doc.apply(Edit::SetLocked(ids.clone(), true));
    doc.apply(Edit::SetClass(ids.clone(), Some(class)));
    assert_eq!(open(&doc).len(), 3);
    doc.apply(Edit::AcceptProposals(ids));
    assert!(open(&doc).is_empty());
    assert_eq!(doc.undo_label(), Some(&Label::AcceptMasks(4)));
}

#[test]
fn pasted_masks_have_names_of_their_own() {
    let mut doc = Document::default();
    let named = |name: &str| Annotation { name: name.into(), ..new_mask(2) };
    doc.apply(Edit::Import(["cup", "cup 3", "Mask 7"].map(named).to_vec()));
    doc.apply(Edit::Paste(["cup", "cup 3", "cup", "dog", "Mask 7"].map(named).to_vec()));
    assert_eq!(doc.undo_label(), Some(&Label::PasteMasks(5)));
    let names: Vec<_> = doc.masks()[3..].iter().map(|m| m.annotation.name.as_str()).collect();
    assert_eq!(names[..4], ["cup 2", "cup 4", "cup 5", "dog"]);
    assert!(names[4].starts_with("Mask ") && names[4] != "Mask 7");
    assert!(doc.masks().iter().all(|m| m.edited), "filters leave them alone");
}

#[test]
fn the_history_of_large_masks_is_bounded() {
    let mut doc = Document::default();
    let chequered = |shift: u32| Mask::from_fn(2000, 1000, |x, y| (x + y + shift).is_multiple_of(2));
    doc.apply(Edit::AddMasks(vec![Annotation::new("", chequered(0))]));
    let id = doc.masks()[0].id;
    for n in 1..80 {
        let changed = vec![(id, Arc::new(chequered(n)))];
        doc.apply(Edit::Reshape(Reshape { what: Label::Paint, changed, ..Reshape::default() }));
    }
    let each = doc.masks()[0].annotation.mask.bytes();
    assert!(each * 80 > 500 << 20, "each takes {each} bytes");
    assert!(doc.bytes() < 300 << 20, "{} bytes", doc.bytes());
    let mut steps = 0;
    while doc.undo() {
        steps += 1;
    }
    assert!((20..79).contains(&steps), "{steps} steps");
}

#[test]
fn masks_are_found_by_their_ids_after_every_change() {
    let mut document = Document::default();
    let is_right = |document: &Document| {
        let masks = document.masks();
        masks.iter().all(|m| document.mask(m.id).is_some_and(|found| Arc::ptr_eq(found, m)))
    };
    let new = |n: u32| Annotation::new("", Mask::from_fn(8, 8, move |x, _| x <= n));
    document.apply(Edit::AddMasks((0..5).map(new).collect()));
    let ids: Vec<MaskId> = document.masks().iter().map(|m| m.id).collect();
    assert!(is_right(&document));
    document.apply(Edit::Move { ids: vec![ids[4], ids[1]], before: Some(ids[0]) });
    assert!(is_right(&document));
    document.apply(Edit::Delete(vec![ids[0], ids[3]]));
    assert!(is_right(&document));
    assert_eq!((document.mask(ids[0]), document.mask(ids[3])), (None, None));
    assert!(document.undo() && is_right(&document) && document.mask(ids[0]).is_some());
    assert!(document.undo() && is_right(&document));
    assert!(document.redo() && document.redo() && is_right(&document) && document.mask(ids[0]).is_none());
}
