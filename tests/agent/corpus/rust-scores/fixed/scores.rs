use std::collections::BTreeMap;

/// The points of the players of a game.
pub struct Scores {
    points: BTreeMap<String, i32>,
}

impl Scores {
    pub fn new() -> Scores {
        Scores {
            points: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, name: &str, points: i32) {
        *self.points.entry(name.to_string()).or_insert(0) += points;
    }

    pub fn points(&self, name: &str) -> i32 {
        self.points.get(name).copied().unwrap_or(0)
    }

    pub fn players(&self) -> usize {
        self.points.len()
    }

    /// Who has most points; of several the first by name.
    pub fn leader(&self) -> Option<String> {
        let mut best: Option<(&String, i32)> = None;
        for (name, &points) in &self.points {
            if best.map_or(true, |(_, most)| points > most) {
                best = Some((name, points));
            }
        }
        best.map(|(name, _)| name.clone())
    }
}
