//! A drawing in SVG, and text made safe for markup.

/// Text with the characters that markup reserves replaced, safe in elements and attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The same for names of inputs, which may break after a point, a colon or an underscore.
pub(crate) fn breakable(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        out.push_str(&escaped(c.encode_utf8(&mut [0; 4])));
        let before_letter = letters.peek().is_some_and(|n| n.is_alphabetic());
        if matches!(c, '.' | ':' | '_') && before_letter {
            out.push_str("<wbr>");
        }
    }
    out
}

/// Width of a text of this many pixels height in a common sans-serif face, estimated.
pub(crate) fn text_width(text: &str, size_px: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '|' | '\'' | '\u{202f}' => 0.29,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '/' | ' ' | '-' => 0.38,
        'm' | 'w' | 'M' | 'W' | '—' => 0.88,
        c if c.is_uppercase() => 0.68,
        _ => 0.57,
    };
    text.chars().map(em).sum::<f64>() * size_px
}

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A drawing under way; coordinates are CSS pixels at the size it is printed.
pub(crate) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

impl Svg {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    pub(crate) fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], class: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(px);
        self.raw(&format!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" class=\"{class}\"/>"
        ));
    }

    pub(crate) fn rect(&mut self, [x, y]: [f64; 2], [w, h]: [f64; 2], class: &str) {
        let [x, y, w, h] = [x, y, w.max(0.0), h.max(0.0)].map(px);
        self.raw(&format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" class=\"{class}\"/>"
        ));
    }

    pub(crate) fn circle(&mut self, [x, y]: [f64; 2], r: f64, class: &str) {
        let [x, y, r] = [x, y, r].map(px);
        self.raw(&format!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" class=\"{class}\"/>"
        ));
    }

    pub(crate) fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, class: &str, text: &str) {
        let [x, y] = [x, y].map(px);
        let (anchor, text) = (anchor.name(), escaped(text));
        self.raw(&format!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" class=\"{class}\">{text}</text>"
        ));
    }

    /// A text turned to run upwards.
    pub(crate) fn text_upwards(&mut self, [x, y]: [f64; 2], class: &str, text: &str) {
        let ([x, y], text) = ([x, y].map(px), escaped(text));
        self.raw(&format!(
            "<text transform=\"translate({x} {y}) rotate(-90)\" text-anchor=\"middle\" \
             class=\"{class}\">{text}</text>"
        ));
    }

    pub(crate) fn path(&mut self, d: &str, class: &str) {
        self.raw(&format!("<path d=\"{d}\" class=\"{class}\"/>"));
    }

    /// Markup that is already safe.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.body.push_str(markup);
    }

    /// The drawing as an image with a text for those who do not see it.
    pub(crate) fn finish(self, class: &str, alt: &str) -> String {
        let ([w, h], alt) = ([self.width, self.height].map(px), escaped(alt));
        format!(
            "<svg class=\"{class}\" role=\"img\" aria-label=\"{alt}\" viewBox=\"0 0 {w} {h}\" \
             width=\"{w}\" height=\"{h}\">{}</svg>",
            self.body
        )
    }

    /// The drawing as an ornament beside a number that says the same.
    pub(crate) fn finish_hidden(self, class: &str) -> String {
        let [w, h] = [self.width, self.height].map(px);
        format!(
            "<svg class=\"{class}\" aria-hidden=\"true\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
             height=\"{h}\">{}</svg>",
            self.body
        )
    }
}

/// A coordinate with a tenth of a pixel.
pub(crate) fn px(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// Path data of a line through points.
pub(crate) fn polyline(points: &[[f64; 2]]) -> String {
    let mut d = String::new();
    for (i, &[x, y]) in points.iter().enumerate() {
        d.push(if i == 0 { 'M' } else { 'L' });
        push!(d, "{} {}", px(x), px(y));
    }
    d
}

/// A scale from numbers to pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from_px: f64,
    to_px: f64,
    log: bool,
}

impl Scale {
    pub(crate) fn linear([low, high]: [f64; 2], [from_px, to_px]: [f64; 2]) -> Self {
        Self {
            low,
            high: if high > low { high } else { low + 1.0 },
            from_px,
            to_px,
            log: false,
        }
    }

    /// A logarithmic scale; both ends above zero.
    pub(crate) fn log([low, high]: [f64; 2], [from_px, to_px]: [f64; 2]) -> Self {
        let low = low.max(1e-9);
        Self {
            low,
            high: if high > low { high } else { low * 10.0 },
            from_px,
            to_px,
            log: true,
        }
    }

    /// The pixel of a number; beyond the ends it stays at the end.
    pub(crate) fn px(self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        let share = if self.log {
            let log = cupola_units::math::log10;
            (log(value) - log(self.low)) / (log(self.high) - log(self.low))
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from_px + share * (self.to_px - self.from_px)
    }
}

/// Round numbers that divide a range from low to high in about `count` steps.
pub(crate) fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![low];
    }
    let rough = span / count.max(1) as f64;
    let mut power = 1.0;
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    while power > rough {
        power /= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= rough * 0.999)
        .unwrap_or(power * 10.0);
    let first = (low / step).ceil();
    let last = (high / step + 1e-9).floor();
    let mut all = Vec::new();
    let mut k = first;
    while k <= last {
        all.push(k * step);
        k += 1.0;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 13.0, 4), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(-2.0, 2.0, 4), [-2.0, -1.0, 0.0, 1.0, 2.0]);
        assert_eq!(ticks(0.0, 0.0, 4), [0.0]);
    }

    #[test]
    fn what_is_not_a_number_draws_at_zero() {
        assert_eq!(
            [px(f64::NAN), px(-0.01), px(12.25), px(3.0)],
            ["0", "0", "12.2", "3"]
        );
    }

    #[test]
    fn markup_in_names_is_text() {
        assert_eq!(
            escaped("<b a=\"1\">&'"),
            "&lt;b a=&quot;1&quot;&gt;&amp;&#39;"
        );
    }
}
