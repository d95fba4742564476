//! Rows of a map on their way through a 3x3 kernel.

use super::layers::room;

/// Three neighbouring rows of a map, of which each is made once while a kernel goes down the map.
/// A row has a cell more than the kernel's centres at both ends; rows beyond the map are zero.
#[derive(Default)]
pub struct Ring {
    values: Vec<f32>,
    /// Which row each slot holds.
    held: [Option<isize>; 3],
    length: usize,
}

impl Ring {
    /// Forgets all rows; those to come have `length` values.
    pub fn restart(&mut self, length: usize) {
        room(&mut self.values, 3 * length);
        (self.held, self.length) = ([None; 3], length);
    }

    /// The rows around `centre` of a map of `height` rows; `make` fills those that are not there
    /// yet, whose content is arbitrary before.
    pub fn around(
        &mut self,
        centre: usize,
        height: usize,
        mut make: impl FnMut(usize, &mut [f32]),
    ) -> [&[f32]; 3] {
        let wanted = [0, 1, 2].map(|i| centre as isize - 1 + i);
        for row in wanted {
            let slot = row.rem_euclid(3) as usize;
            if self.held[slot] != Some(row) {
                let values = &mut self.values[slot * self.length..][..self.length];
                match usize::try_from(row) {
                    Ok(row) if row < height => make(row, values),
                    _ => values.fill(0.0),
                }
                self.held[slot] = Some(row);
            }
        }
        wanted.map(|row| &self.values[row.rem_euclid(3) as usize * self.length..][..self.length])
    }
}

/// Copies the cells of a row of a map, of `channels` values each, between a cell of zeros at both ends.
pub fn padded_row(cells: &[f32], channels: usize, out: &mut [f32]) {
    out[..channels].fill(0.0);
    out[channels..][..cells.len()].copy_from_slice(cells);
    out[channels + cells.len()..].fill(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_made_once_and_there_are_zeros_beyond_the_map() {
        let mut ring = Ring::default();
        ring.restart(2);
        for (stride, expected) in [(1, vec![0, 1, 2, 3]), (2, vec![0, 1, 2, 3])] {
            ring.restart(2);
            let mut made = vec![];
            for y in 0..4 / stride {
                let centre = y * stride;
                let rows = ring.around(centre, 4, |row, values| {
                    made.push(row);
                    values.fill(row as f32 + 1.0);
                });
                for (i, row) in rows.into_iter().enumerate() {
                    let number = centre + i;
                    let value = if number == 0 || number > 4 { 0.0 } else { number as f32 };
                    assert_eq!(row, [value; 2], "row {i} around {centre}");
                }
            }
            assert_eq!(made, expected);
        }
    }
}
