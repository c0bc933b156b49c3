//! Lines as a tree: those that begin alike share their beginnings.

/// Lines over bins of time, depth first.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// Depth of a node and its bin of position. A node of the last depth is a leaf, a line.
    nodes: Vec<(u16, u16)>,
    /// Of each node the first behind it that is not below it.
    skips: Vec<u32>,
    /// How many leaves there are before each node.
    before: Vec<u32>,
    n_leaves: u32,
    /// The last node of each depth, whose branch has not come to its end, and the last line; while lines are added.
    open: Vec<u32>,
    last: Vec<u16>,
}

impl Tree {
    /// Nodes so far.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// What comes shares nothing with what was there before.
    pub(super) fn begin_anew(&mut self) {
        self.close(0);
        self.last.clear();
    }

    /// Adds a line that is behind the last one.
    pub(super) fn push(&mut self, line: &[u16]) {
        let pairs = line.iter().zip(&self.last);
        let shared = pairs.take_while(|(a, b)| a == b).count();
        self.close(shared);
        for (t, &bin) in line.iter().enumerate().skip(shared) {
            self.open.push(self.nodes.len() as u32);
            self.nodes.push((t as u16, bin));
            self.skips.push(0);
            self.before.push(self.n_leaves);
        }
        self.n_leaves += 1;
        self.last.clear();
        self.last.extend(line);
    }

    /// The tree once all lines are in it.
    pub(super) fn finish(mut self) -> Self {
        self.close(0);
        self
    }

    /// Branches from this depth on end here.
    fn close(&mut self, depth: usize) {
        let end = self.nodes.len() as u32;
        for node in self.open.drain(depth.min(self.open.len())..) {
            self.skips[node as usize] = end;
        }
    }

    /// Depth and bin of a node.
    #[inline(always)]
    pub(super) fn node(&self, at: usize) -> Option<(usize, u16)> {
        self.nodes.get(at).map(|&(t, bin)| (t as usize, bin))
    }

    /// The first node behind one that is not below it.
    #[inline(always)]
    pub(super) fn skip(&self, at: usize) -> usize {
        self.skips[at] as usize
    }

    /// Which leaf a node of the last depth is.
    #[inline(always)]
    pub(super) fn leaf(&self, at: usize) -> usize {
        self.before[at] as usize
    }
}
