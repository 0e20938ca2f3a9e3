//! Conway's game of life on a grid that ends at its borders: outside of it nothing lives.

pub struct Grid {
    rows: usize,
    columns: usize,
    cells: Vec<bool>,
}

impl Grid {
    /// Reads a picture in which '#' is a living cell. All lines must be equally long.
    pub fn parse(picture: &str) -> Grid {
        let lines: Vec<&str> = picture.lines().collect();
        Grid {
            rows: lines.len(),
            columns: lines.first().map_or(0, |line| line.len()),
            cells: lines
                .iter()
                .flat_map(|line| line.chars().map(|c| c == '#'))
                .collect(),
        }
    }

    pub fn is_alive(&self, row: usize, column: usize) -> bool {
        row < self.rows && column < self.columns && self.cells[row * self.columns + column]
    }

    fn neighbours(&self, row: usize, column: usize) -> usize {
        let mut count = 0;
        for r in row.saturating_sub(1)..=row + 1 {
            for c in column.saturating_sub(1)..=column + 1 {
                if (r, c) != (row, column) && self.is_alive(r, c) {
                    count += 1;
                }
            }
        }
        count
    }

    /// The grid one generation later.
    pub fn step(&self) -> Grid {
        let mut cells = Vec::with_capacity(self.cells.len());
        for row in 0..self.rows {
            for column in 0..self.columns {
                let alive = self.is_alive(row, column);
                cells.push(match self.neighbours(row, column) {
                    3 => true,
                    2 => alive,
                    _ => false,
                });
            }
        }
        Grid {
            rows: self.rows,
            columns: self.columns,
            cells,
        }
    }

    pub fn picture(&self) -> String {
        let mut text = String::new();
        for row in 0..self.rows {
            for column in 0..self.columns {
                text.push(if self.is_alive(row, column) { '#' } else { '.' });
            }
            text.push('\n');
        }
        text
    }
}
