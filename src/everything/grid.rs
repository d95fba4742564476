//! The grid of prompt points.

/// `build_point_grid`: the centres of `side` x `side` equal cells, row by row, in photo pixels.
pub(super) fn point_grid(side: u32, (width, height): (u32, u32)) -> Vec<[f32; 2]> {
    cells(side).map(|cell| centre(cell, side, (width, height))).collect()
}

/// The same points in the order of a Bayer matrix: any first part of them is spread evenly over the photo.
pub(super) fn coarse_to_fine(side: u32, size: (u32, u32)) -> Vec<[f32; 2]> {
    let rank = |&[row, column]: &[u32; 2]| {
        (0..u32::BITS / 2).fold(0, |rank, bit| {
            let [row, column] = [row >> bit & 1, column >> bit & 1];
            rank << 2 | (row ^ column) << 1 | column
        })
    };
    let mut cells: Vec<[u32; 2]> = cells(side).collect();
    cells.sort_by_key(rank);
    cells.into_iter().map(|cell| centre(cell, side, size)).collect()
}

/// Row and column of each cell, row by row.
fn cells(side: u32) -> impl Iterator<Item = [u32; 2]> {
    (0..side).flat_map(move |row| (0..side).map(move |column| [row, column]))
}

fn centre([row, column]: [u32; 2], side: u32, (width, height): (u32, u32)) -> [f32; 2] {
    let along = |i: u32, length: u32| (f64::from(i) + 0.5) / f64::from(side) * f64::from(length);
    [along(column, width) as f32, along(row, height) as f32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_cell_centres_row_by_row() {
        assert_eq!(point_grid(2, (100, 40)), [[25., 10.], [75., 10.], [25., 30.], [75., 30.]]);
    }

    #[test]
    fn the_first_points_are_far_apart() {
        let (grid, points) = (point_grid(8, (80, 80)), coarse_to_fine(8, (80, 80)));
        assert_eq!(points[..4], [[5., 5.], [45., 45.], [5., 45.], [45., 5.]]);
        assert_eq!(points[4..6], [[25., 25.], [65., 65.]]);
        assert!(points.len() == grid.len() && grid.iter().all(|point| points.contains(point)));
    }
}
