//! Which things lie near which: the map in squares.

use super::scene::Rect;

/// What lies in which square of the map.
pub(super) struct Grid {
    left: f32,
    top: f32,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<usize>>,
}

impl Grid {
    const CELL_MM: f32 = 6.0;
    /// A thing counts as near a little beyond its own rectangle.
    const EDGE_MM: f32 = 1.0;

    pub fn new(map: Rect) -> Self {
        let cells = |mm: f32| (mm / Self::CELL_MM).ceil().max(1.0) as usize;
        let (columns, rows) = (cells(map.width()), cells(map.height()));
        Self {
            left: map.left,
            top: map.top,
            columns,
            rows,
            cells: vec![Vec::new(); columns * rows],
        }
    }

    fn cells(&self, rect: Rect) -> impl Iterator<Item = usize> + '_ {
        let cell = |mm: f32, count: usize| ((mm / Self::CELL_MM).max(0.0) as usize).min(count - 1);
        let columns =
            cell(rect.left - self.left, self.columns)..=cell(rect.right - self.left, self.columns);
        let rows = cell(rect.top - self.top, self.rows)..=cell(rect.bottom - self.top, self.rows);
        rows.flat_map(move |row| {
            columns
                .clone()
                .map(move |column| row * self.columns + column)
        })
    }

    pub fn add(&mut self, rect: Rect, thing: usize) {
        let cells: Vec<usize> = self.cells(rect).collect();
        for cell in cells {
            self.cells[cell].push(thing);
        }
    }

    /// What may lie in `rect`; a thing may come more than once.
    pub fn near(&self, rect: Rect) -> impl Iterator<Item = usize> + '_ {
        self.cells(rect.grown(Self::EDGE_MM))
            .flat_map(|cell| self.cells[cell].iter().copied())
    }
}
