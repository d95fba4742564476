//! The grid of prompt points.

/// `build_point_grid`: the centres of `side` x `side` equal cells, row by row, in photo pixels.
pub(super) fn point_grid(side: u32, (width, height): (u32, u32)) -> Vec<[f32; 2]> {
    let centre = |i: u32, length: u32| (f64::from(i) + 0.5) / f64::from(side) * f64::from(length);
    (0..side)
        .flat_map(|row| (0..side).map(move |column| (row, column)))
        .map(|(row, column)| [centre(column, width) as f32, centre(row, height) as f32])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_cell_centres_row_by_row() {
        assert_eq!(point_grid(2, (100, 40)), [[25., 10.], [75., 10.], [25., 30.], [75., 30.]]);
    }
}
