//! Labels that do not run into each other.

use crate::svg::{Anchor, text_width};

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    pub(crate) fn around([x, y]: [f64; 2], half_width: f64, half_height: f64) -> Self {
        Self {
            left: x - half_width,
            top: y - half_height,
            right: x + half_width,
            bottom: y + half_height,
        }
    }

    fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn within(&self, other: &Self) -> bool {
        self.left >= other.left
            && self.right <= other.right
            && self.top >= other.top
            && self.bottom <= other.bottom
    }
}

/// A label that found its place.
pub(crate) struct Placed {
    pub(crate) at: [f64; 2],
    pub(crate) anchor: Anchor,
}

/// What is taken on a drawing so far.
pub(crate) struct Labels {
    frame: Rect,
    taken: Vec<Rect>,
}

impl Labels {
    pub(crate) fn new(frame: Rect) -> Self {
        Self {
            frame,
            taken: Vec::new(),
        }
    }

    /// Keeps a place free.
    pub(crate) fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Whether a place is free and on the drawing.
    pub(crate) fn is_free(&self, rect: &Rect) -> bool {
        rect.within(&self.frame) && !self.taken.iter().any(|t| t.meets(rect))
    }

    /// A place beside a mark of half width `gap`, right first; `None` if all are taken.
    pub(crate) fn place(
        &mut self,
        [x, y]: [f64; 2],
        gap: f64,
        text: &str,
        size_px: f64,
    ) -> Option<Placed> {
        let (w, h) = (text_width(text, size_px), size_px);
        let (up, down, middle) = (y - gap - 2.0, y + gap + h * 0.8, y + h * 0.35);
        let candidates = [
            (x + gap + 3.0, middle, Anchor::Start),
            (x - gap - 3.0, middle, Anchor::End),
            (x, up, Anchor::Middle),
            (x, down, Anchor::Middle),
            (x + gap, up, Anchor::Start),
            (x + gap, down, Anchor::Start),
            (x - gap, up, Anchor::End),
            (x - gap, down, Anchor::End),
        ];
        for (tx, ty, anchor) in candidates {
            let left = match anchor {
                Anchor::Start => tx,
                Anchor::Middle => tx - w / 2.0,
                Anchor::End => tx - w,
            };
            let rect = Rect {
                left: left - 1.0,
                right: left + w + 1.0,
                top: ty - h * 0.8,
                bottom: ty + h * 0.25,
            };
            if self.is_free(&rect) {
                self.take(rect);
                return Some(Placed {
                    at: [tx, ty],
                    anchor,
                });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_one_spot_spread_until_there_is_no_room() {
        let frame = Rect {
            left: 0.0,
            top: 0.0,
            right: 200.0,
            bottom: 80.0,
        };
        let mut labels = Labels::new(frame);
        let mut placed = Vec::new();
        while let Some(label) = labels.place([100.0, 40.0], 12.0, "Lviv", 15.0) {
            placed.push(label.at);
        }
        assert!(placed.len() >= 4, "{placed:?}");
        let mut unique = placed.clone();
        unique.dedup();
        assert_eq!(unique.len(), placed.len());
    }
}
