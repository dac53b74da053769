//! A tile's number in an archive: zooms one after the other, each along the Hilbert curve.

/// First number of a zoom: all tiles of the zooms before it.
fn first_of(zoom: u8) -> u64 {
    ((1u64 << (2 * u32::from(zoom))) - 1) / 3
}

/// Number of the tile; `x` and `y` must lie below 2^`zoom`, `zoom` up to 22.
pub(crate) fn tile_id(zoom: u8, x: u32, y: u32) -> u64 {
    let (mut x, mut y, mut along) = (u64::from(x), u64::from(y), 0u64);
    let mut side = (1u64 << zoom) >> 1;
    while side > 0 {
        let (right, lower) = (x & side != 0, y & side != 0);
        along += side * side * ((3 * u64::from(right)) ^ u64::from(lower));
        (x, y) = (x & (side - 1), y & (side - 1));
        if !lower {
            if right {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            std::mem::swap(&mut x, &mut y);
        }
        side >>= 1;
    }
    first_of(zoom) + along
}

/// Zoom, column and row of a number, `None` beyond zoom 22.
pub(crate) fn address(id: u64) -> Option<(u8, u32, u32)> {
    let zoom = (0..=super::ZOOM_MAX).find(|zoom| id < first_of(zoom + 1))?;
    let mut rest = id - first_of(zoom);
    let (mut x, mut y, mut side) = (0u64, 0u64, 1u64);
    while side < 1 << zoom {
        let right = rest >> 1 & 1;
        let lower = (rest ^ right) & 1;
        if lower == 0 {
            if right == 1 {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            std::mem::swap(&mut x, &mut y);
        }
        (x, y) = (x + side * right, y + side * lower);
        rest >>= 2;
        side <<= 1;
    }
    Some((zoom, x as u32, y as u32))
}

#[cfg(test)]
mod tests {
    use super::{address, tile_id};

    /// The examples of the specification.
    #[test]
    fn numbers_follow_the_specification() {
        assert_eq!(
            [
                (0, 0, 0),
                (1, 0, 0),
                (1, 0, 1),
                (1, 1, 1),
                (1, 1, 0),
                (2, 0, 0)
            ]
            .map(|(z, x, y)| tile_id(z, x, y)),
            [0, 1, 2, 3, 4, 5]
        );
        assert_eq!(tile_id(12, 3423, 1763), 19_078_479);
    }

    #[test]
    fn a_number_leads_back_to_its_tile() {
        for zoom in 0..=22u8 {
            let last = (1u32 << zoom) - 1;
            for (x, y) in [
                (0, 0),
                (last, 0),
                (0, last),
                (last, last),
                (last / 3, last / 7),
            ] {
                assert_eq!(address(tile_id(zoom, x, y)), Some((zoom, x, y)));
            }
        }
        assert_eq!(address(u64::MAX), None);
    }
}
