//! The filters on the results of everything mode.

texts! { filters:
    predicted_iou;
    predicted_iou_tooltip;
    stability;
    stability_tooltip;
    box_overlap;
    box_overlap_tooltip;
    area;
    to;
    smallest_area;
    largest_area;
    area_tooltip;
    smallest_part;
    smallest_part_tooltip;
    hide_nested;
    hide_nested_tooltip;
    reset;
    reset_tooltip;
    filters;
    title(kept: usize, masks: usize);
}
