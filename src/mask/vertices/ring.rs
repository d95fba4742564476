//! One ring of an edited polygon.

use crate::mask::polygon::far_points;

/// A point of the outline.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    at: [f32; 2],
    /// Whether it is shown and can be moved.
    is_vertex: bool,
    /// Moved or added by hand, so that it is always a vertex.
    is_fixed: bool,
}

/// A closed outline of nodes; those between two vertices are shown as a straight edge, but fill their own
/// pixels.
#[derive(Debug, Clone)]
pub(super) struct VertexRing {
    nodes: Vec<Node>,
}

impl VertexRing {
    pub fn new(ring: &[[u32; 2]], tolerance: f32) -> Self {
        let node = |at: &[u32; 2]| Node { at: at.map(|v| v as f32), is_vertex: true, is_fixed: false };
        let mut this = Self { nodes: ring.iter().map(node).collect() };
        this.show_vertices(tolerance);
        this
    }

    pub fn points(&self) -> Vec<[f32; 2]> {
        self.nodes.iter().map(|node| node.at).collect()
    }

    /// The vertices, each with the index of its node.
    pub fn vertices(&self) -> impl Iterator<Item = (usize, [f32; 2])> + '_ {
        self.nodes.iter().enumerate().filter(|(_, node)| node.is_vertex).map(|(i, node)| (i, node.at))
    }

    /// Chooses the vertices; the edges between them deviate from the outline by at most this many pixels.
    pub fn show_vertices(&mut self, tolerance: f32) {
        let points: Vec<[f64; 2]> = self.nodes.iter().map(|node| node.at.map(f64::from)).collect();
        let fixed: Vec<usize> = (0..points.len()).filter(|i| self.nodes[*i].is_fixed).collect();
        let is_far = far_points(&points, &fixed, tolerance);
        self.nodes.iter_mut().zip(is_far).for_each(|(node, is_far)| node.is_vertex = is_far);
    }

    /// Makes the two edges at a vertex straight; returns the new index of its node.
    pub fn loosen(&mut self, node: usize) -> usize {
        if !self.rotate_to(node) {
            return node;
        }
        let (before, after) = self.neighbours_of_first();
        self.nodes.truncate(before + 1);
        self.nodes.drain(1..after);
        self.nodes[0] = Node { is_vertex: true, is_fixed: true, ..self.nodes[0] };
        0
    }

    pub fn move_to(&mut self, node: usize, at: [f32; 2]) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.at = at;
        }
    }

    /// Deletes a vertex with its edges; returns whether a ring is left.
    pub fn delete(&mut self, node: usize) -> bool {
        if !self.rotate_to(node) {
            return true;
        }
        let (before, after) = self.neighbours_of_first();
        self.nodes.truncate(before + 1);
        self.nodes.drain(..after);
        self.vertices().count() >= 3
    }

    /// Makes all edges straight; returns whether points were dropped.
    pub fn simplify(&mut self) -> bool {
        let before = self.nodes.len();
        self.nodes.retain(|node| node.is_vertex);
        self.nodes.len() < before
    }

    /// Adds a vertex between a vertex and the next one, on the outline; returns the index of its node. `None` if
    /// there is no such vertex.
    pub fn insert(&mut self, after: usize, near: [f32; 2]) -> Option<usize> {
        self.nodes.get(after)?;
        let n = self.nodes.len();
        let next = (1..n).find(|step| self.nodes[(after + step) % n].is_vertex).unwrap_or(n);
        let on_segment = |step: usize| {
            let from = (after + step) % n;
            (from, nearest_on_segment(near, self.nodes[from].at, self.nodes[(from + 1) % n].at))
        };
        let distance = |(_, [x, y]): &(usize, [f32; 2])| (x - near[0]).hypot(y - near[1]);
        let places = (0..next).map(on_segment);
        let (segment, at) = places.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let ends = [(segment + 1) % n, segment];
        if let Some(end) = ends.into_iter().find(|end| self.nodes[*end].at == at) {
            (self.nodes[end].is_vertex, self.nodes[end].is_fixed) = (true, true);
            return Some(end);
        }
        self.nodes.insert(segment + 1, Node { at, is_vertex: true, is_fixed: true });
        Some(segment + 1)
    }

    /// Lets the ring begin with a node; returns whether it exists.
    fn rotate_to(&mut self, node: usize) -> bool {
        let exists = node < self.nodes.len();
        if exists {
            self.nodes.rotate_left(node);
        }
        exists
    }

    /// The vertices before and after the first node.
    fn neighbours_of_first(&self) -> (usize, usize) {
        let is_vertex = |i: &usize| self.nodes[*i].is_vertex;
        let n = self.nodes.len();
        let after = (1..n).find(is_vertex).unwrap_or(n);
        let before = (1..n).rev().find(is_vertex).unwrap_or(n.saturating_sub(1));
        (before, after)
    }
}

fn nearest_on_segment([x, y]: [f32; 2], [ax, ay]: [f32; 2], [bx, by]: [f32; 2]) -> [f32; 2] {
    let (dx, dy) = (bx - ax, by - ay);
    let length_squared = dx * dx + dy * dy;
    if length_squared == 0.0 {
        return [ax, ay];
    }
    let t = (((x - ax) * dx + (y - ay) * dy) / length_squared).clamp(0.0, 1.0);
    [ax + t * dx, ay + t * dy]
}
