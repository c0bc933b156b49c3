//! The world: a torus with pairs of food, and an agent in it.

use serde::{Deserialize, Serialize};

use crate::base::stream::Stream;

/// How the two particles of a pair lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    /// Side by side.
    Horizontal,
    /// One above the other.
    Vertical,
    /// Rising to the right.
    PositiveDiagonal,
    /// Falling to the right.
    NegativeDiagonal,
}

impl Pattern {
    /// All of them, and what model files call them.
    pub const ALL: [(&'static str, Self); 4] = [
        ("horizontal", Self::Horizontal),
        ("vertical", Self::Vertical),
        ("positive_diagonal", Self::PositiveDiagonal),
        ("negative_diagonal", Self::NegativeDiagonal),
    ];

    /// From the first particle to the second: to the right, and down.
    fn offset(self) -> (usize, isize) {
        match self {
            Self::Horizontal => (1, 0),
            Self::Vertical => (0, 1),
            Self::PositiveDiagonal => (1, -1),
            Self::NegativeDiagonal => (1, 1),
        }
    }
}

/// Where the agent can go: to the right and down, in the order of a 3 × 3 layer without its middle.
pub const DIRECTIONS: [(isize, isize); 8] = [
    (-1, -1),
    (0, -1),
    (1, -1),
    (-1, 0),
    (1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
];

/// A pair of food.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Pair {
    pattern: Pattern,
    cells: [u32; 2],
}

/// The world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct World {
    side: usize,
    pairs: Vec<Pair>,
    /// What lies in each cell: 1 + the number of a pair, or nothing.
    cells: Vec<u32>,
    /// The agent's cell.
    agent: usize,
    /// Epochs since it has last eaten.
    hunger: u64,
}

impl World {
    /// A torus of `side` × `side` cells with `pairs` pairs, as many of each of `patterns` as of any other but for one, in
    /// places drawn from `stream`.
    pub fn new(side: usize, pairs: usize, patterns: &[Pattern], stream: &mut Stream) -> Self {
        let mut world = Self {
            side,
            pairs: Vec::new(),
            cells: vec![0; side * side],
            agent: stream.below((side * side) as u64) as usize,
            hunger: 0,
        };
        for (k, &pattern) in patterns.iter().enumerate() {
            for _ in 0..(pairs + patterns.len() - 1 - k) / patterns.len() {
                let number = world.pairs.len();
                let cells = [0; 2];
                world.pairs.push(Pair { pattern, cells });
                world.put(number, stream);
            }
        }
        world
    }

    /// The cell that lies so far from `cell`.
    fn beside(&self, cell: usize, (right, down): (isize, isize)) -> usize {
        let side = self.side as isize;
        let (x, y) = ((cell % self.side) as isize, (cell / self.side) as isize);
        let wrap = |k: isize| k.rem_euclid(side) as usize;
        wrap(y + down) * self.side + wrap(x + right)
    }

    /// Puts pair `number` where there is room and the agent is not.
    fn put(&mut self, number: usize, stream: &mut Stream) {
        let (right, down) = self.pairs[number].pattern.offset();
        loop {
            let one = stream.below(self.cells.len() as u64) as usize;
            let other = self.beside(one, (right as isize, down));
            let free = |cell: usize| self.cells[cell] == 0 && cell != self.agent;
            if free(one) && free(other) {
                self.pairs[number].cells = [one as u32, other as u32];
                self.cells[one] = number as u32 + 1;
                self.cells[other] = number as u32 + 1;
                return;
            }
        }
    }

    /// Which cells of a view of `side` × `side` around the agent hold food, in rows.
    pub fn view(&self, side: usize) -> impl Iterator<Item = bool> + '_ {
        let reach = (side / 2) as isize;
        (0..side * side).map(move |k| {
            let (x, y) = ((k % side) as isize - reach, (k / side) as isize - reach);
            self.cells[self.beside(self.agent, (x, y))] != 0
        })
    }

    /// Epochs since the agent has last eaten.
    pub fn hunger(&self) -> u64 {
        self.hunger
    }

    /// The agent goes in the direction of this number; what it eats there, if there is something. A pair grows
    /// elsewhere then.
    pub fn go(&mut self, direction: usize, stream: &mut Stream) -> Option<Pattern> {
        self.agent = self.beside(self.agent, DIRECTIONS[direction]);
        self.hunger += 1;
        let number = (self.cells[self.agent] as usize).checked_sub(1)?;
        let Pair { pattern, cells } = self.pairs[number];
        cells.iter().for_each(|&cell| self.cells[cell as usize] = 0);
        self.put(number, stream);
        self.hunger = 0;
        Some(pattern)
    }
}
