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

/// A step: to the right, and down.
pub type Heading = (isize, isize);

/// Where the agent can go: to the right and down, in the order of a 3 × 3 layer without its middle.
pub const DIRECTIONS: [Heading; 8] = [
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
    /// Where it went last.
    heading: Heading,
    /// Epochs since it has last had enough.
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
            heading: (1, 1),
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

    /// Puts pair `number` where there is room and the agent is not: as long as it can be, where it touches no other.
    fn put(&mut self, number: usize, stream: &mut Stream) {
        // So many that a world with room to spare has found some; a fuller one must not look for ever.
        const TRIES: usize = 1000;
        let (right, down) = self.pairs[number].pattern.offset();
        for tried in 0.. {
            let one = stream.below(self.cells.len() as u64) as usize;
            let other = self.beside(one, (right as isize, down));
            let free = |cell: usize| self.cells[cell] == 0 && cell != self.agent;
            let alone = |cell: usize| {
                let mut around = DIRECTIONS.iter().map(|&step| self.beside(cell, step));
                around.all(|cell| self.cells[cell] == 0)
            };
            if free(one) && free(other) && (tried >= TRIES || alone(one) && alone(other)) {
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

    /// Epochs since the agent has last had enough.
    pub fn hunger(&self) -> u64 {
        self.hunger
    }

    /// The agent has had enough for now.
    pub fn sate(&mut self) {
        self.hunger = 0;
    }

    /// The agent goes where it is headed, if there is nothing new the way it went last; what it eats there, if there is
    /// something. A pair grows elsewhere then.
    pub fn go(&mut self, heading: Option<Heading>, stream: &mut Stream) -> Option<Pattern> {
        self.heading = heading.unwrap_or(self.heading);
        self.agent = self.beside(self.agent, self.heading);
        self.hunger += 1;
        let number = (self.cells[self.agent] as usize).checked_sub(1)?;
        let Pair { pattern, cells } = self.pairs[number];
        cells.iter().for_each(|&cell| self.cells[cell as usize] = 0);
        self.put(number, stream);
        Some(pattern)
    }
}
