//! The fewest roads between two sides of a piece of the network, by inertial flow.
//!
//! The outer quarters of the junctions along a line are held apart; a maximum flow between them (Dinic, one unit per road) finds
//! a smallest cut. Four lines are tried, and the cut that is smallest for what it separates is taken. Whole numbers only, ties
//! by index: the same network gives the same cut everywhere.

use std::collections::VecDeque;

/// A connected or unconnected piece of the network with its own small numbering.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Longitude and latitude of each junction.
    pub places: Vec<[i64; 2]>,
    /// Both ends of each road.
    pub roads: Vec<[u32; 2]>,
}

/// The outer share of the junctions on either side is held apart.
const OUTER_SHARE: usize = 4;

const UNSEEN: u32 = u32::MAX;

impl Piece {
    /// For each junction whether it lies on the far side of the best cut; a piece has two junctions at least.
    pub fn best_cut(&self) -> Vec<bool> {
        let mut flow = Flow::new(self);
        let mut best: Option<(u64, u64, Vec<bool>)> = None;
        for direction in [[1, 0], [0, 1], [1, 1], [1, -1]] {
            let along = |node: u32| {
                let [x, y] = self.places[node as usize];
                (x * direction[0] + y * direction[1], node)
            };
            let mut nodes: Vec<u32> = (0..self.places.len() as u32).collect();
            nodes.sort_unstable_by_key(|node| along(*node));
            let outer = (nodes.len() / OUTER_SHARE).max(1);
            let far = flow.cut(self, &nodes[..outer], &nodes[nodes.len() - outer..]);
            let beyond = far.iter().filter(|far| **far).count();
            let smaller = beyond.min(far.len() - beyond) as u64;
            let crossing = self
                .roads
                .iter()
                .filter(|[a, b]| far[*a as usize] != far[*b as usize])
                .count() as u64;
            let better = best
                .as_ref()
                .is_none_or(|(other, size, _)| crossing * size < other * smaller);
            if better {
                best = Some((crossing, smaller, far));
            }
        }
        best.map(|(_, _, far)| far).unwrap_or_default()
    }
}

/// The residual network, kept for all directions.
struct Flow {
    first: Vec<u32>,
    /// Road and whether it is left at its second end, by junction.
    arcs: Vec<(u32, bool)>,
    /// Flow of each road from its first to its second end: −1, 0 or 1.
    flow: Vec<i8>,
    level: Vec<u32>,
    next: Vec<u32>,
    sink: Vec<bool>,
    queue: VecDeque<u32>,
}

impl Flow {
    fn new(piece: &Piece) -> Self {
        let nodes = piece.places.len();
        let mut first = vec![0u32; nodes + 1];
        for [a, b] in &piece.roads {
            first[*a as usize + 1] += 1;
            first[*b as usize + 1] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut arcs = vec![(0, false); piece.roads.len() * 2];
        for (road, ends) in piece.roads.iter().enumerate() {
            for (side, node) in ends.iter().enumerate() {
                let slot = &mut next[*node as usize];
                arcs[*slot as usize] = (road as u32, side == 1);
                *slot += 1;
            }
        }
        Self {
            first,
            arcs,
            flow: vec![0; piece.roads.len()],
            level: vec![UNSEEN; nodes],
            next: vec![0; nodes],
            sink: vec![false; nodes],
            queue: VecDeque::new(),
        }
    }

    /// The junctions not reached from `sources` once no more flow fits.
    fn cut(&mut self, piece: &Piece, sources: &[u32], sinks: &[u32]) -> Vec<bool> {
        self.flow.fill(0);
        self.sink.fill(false);
        for node in sinks {
            self.sink[*node as usize] = true;
        }
        while self.measure(piece, sources) {
            self.next.copy_from_slice(&self.first[..self.level.len()]);
            for source in sources {
                while self.push(piece, *source) {}
            }
        }
        self.level.iter().map(|level| *level == UNSEEN).collect()
    }

    /// Levels from the sources; whether a sink is reached.
    fn measure(&mut self, piece: &Piece, sources: &[u32]) -> bool {
        self.level.fill(UNSEEN);
        self.queue.clear();
        for source in sources {
            self.level[*source as usize] = 0;
            self.queue.push_back(*source);
        }
        let mut reached = false;
        while let Some(node) = self.queue.pop_front() {
            for index in self.first[node as usize]..self.first[node as usize + 1] {
                if let Some(head) = self.open(piece, index)
                    && self.level[head as usize] == UNSEEN
                {
                    self.level[head as usize] = self.level[node as usize] + 1;
                    if self.sink[head as usize] {
                        reached = true;
                    } else {
                        self.queue.push_back(head);
                    }
                }
            }
        }
        reached
    }

    /// The other end of an arc with room left.
    fn open(&self, piece: &Piece, index: u32) -> Option<u32> {
        let (road, against) = self.arcs[index as usize];
        let full = if against { -1 } else { 1 };
        (self.flow[road as usize] != full)
            .then(|| piece.roads[road as usize][usize::from(!against)])
    }

    /// One more unit from `source` along rising levels, if there is room.
    fn push(&mut self, piece: &Piece, source: u32) -> bool {
        let mut path: Vec<u32> = Vec::new();
        let mut node = source;
        loop {
            if self.sink[node as usize] {
                for index in path {
                    let (road, against) = self.arcs[index as usize];
                    self.flow[road as usize] += if against { -1 } else { 1 };
                }
                return true;
            }
            let index = self.next[node as usize];
            if index == self.first[node as usize + 1] {
                let Some(back) = path.pop() else {
                    return false;
                };
                let (road, against) = self.arcs[back as usize];
                node = piece.roads[road as usize][usize::from(against)];
                self.next[node as usize] += 1;
                continue;
            }
            match self.open(piece, index) {
                Some(head) if self.level[head as usize] == self.level[node as usize] + 1 => {
                    path.push(index);
                    node = head;
                }
                _ => self.next[node as usize] += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_towns_are_cut_at_the_one_road_between_them() {
        let mut piece = Piece::default();
        for town in 0..2 {
            for y in 0..4 {
                for x in 0..4 {
                    piece.places.push([town * 100 + x * 10, y * 10]);
                    let node = (town * 16 + y * 4 + x) as u32;
                    if x > 0 {
                        piece.roads.push([node - 1, node]);
                    }
                    if y > 0 {
                        piece.roads.push([node - 4, node]);
                    }
                }
            }
        }
        piece.roads.push([7, 24]);
        let far = piece.best_cut();
        let (here, there) = far.split_at(16);
        assert!(here.iter().all(|far| *far == here[0]));
        assert!(there.iter().all(|far| *far != here[0]));
    }
}
