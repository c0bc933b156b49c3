//! A canvas as SVG 1.1.

use super::{Anchor, Canvas, Mark, Point, Stroke, Text, png};
use crate::report::font::{FAMILY, Weight};
use crate::report::markup;
use crate::report::style::Colour;
use std::fmt::Write;

/// Pixels along the longer side of an embedded picture, at least: viewers that smooth pictures then show sharp cells.
const PICTURE_PX: usize = 240;

/// The canvas as the text of an SVG file.
pub(crate) fn render(canvas: &Canvas) -> Result<String, ::png::EncodingError> {
    let mut svg = Svg(String::new());
    let (w, h) = (number(canvas.width), number(canvas.height));
    svg.add(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{w}pt\" height=\"{h}pt\" viewBox=\"0 0 {w} {h}\" font-family=\"{FAMILY}\" \
         stroke-linejoin=\"round\">\n<title>{}</title>\n<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n",
        escape(&canvas.title)
    ));
    for mark in &canvas.marks {
        svg.mark(mark)?;
    }
    svg.add(format_args!("</svg>\n"));
    Ok(svg.0)
}

struct Svg(String);

impl Svg {
    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(text);
    }

    fn mark(&mut self, mark: &Mark) -> Result<(), ::png::EncodingError> {
        match mark {
            Mark::Line { points, stroke } => {
                let stroke = stroke_attributes(stroke);
                self.add(format_args!("<path d=\"{}\"{stroke}/>\n", path(points)));
            }
            Mark::Segments { segments, stroke } => {
                let mut d = String::new();
                for &(a, b) in segments {
                    if a.0 == b.0 {
                        let _ = write!(d, "M{} {}v{}", number(a.0), number(a.1), number(b.1 - a.1));
                    } else {
                        d += &path(&[a, b]);
                    }
                }
                let stroke = stroke_attributes(stroke);
                self.add(format_args!("<path d=\"{d}\"{stroke}/>\n"));
            }
            Mark::Area {
                points,
                fill,
                opacity,
            } => {
                let (d, fill, opacity) = (
                    path(points),
                    hex(*fill),
                    opacity_attribute("fill", *opacity),
                );
                self.add(format_args!(
                    "<path d=\"{d}Z\" fill=\"{fill}\"{opacity}/>\n"
                ));
            }
            Mark::Disc {
                centre,
                radius,
                fill,
            } => self.add(format_args!(
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n",
                number(centre.0),
                number(centre.1),
                number(*radius),
                hex(*fill)
            )),
            Mark::Text(text) => self.text(text),
            Mark::Picture {
                corner,
                size,
                picture,
            } => {
                let longer = picture.columns.max(picture.rows);
                let bytes = png::encode_picture(picture, PICTURE_PX.div_ceil(longer))?;
                self.add(format_args!(
                    "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
                     image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\" \
                     xlink:href=\"data:image/png;base64,{}\"/>\n",
                    number(corner.0),
                    number(corner.1),
                    number(size.0),
                    number(size.1),
                    base64(&bytes)
                ));
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &Text) {
        let (x, y) = (number(text.at.0), number(text.at.1));
        let place = if text.upward {
            format!("transform=\"translate({x} {y}) rotate(-90)\"")
        } else {
            format!("x=\"{x}\" y=\"{y}\"")
        };
        let anchor = match text.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = match text.weight {
            Weight::Regular => "",
            Weight::Bold => " font-weight=\"bold\"",
        };
        self.add(format_args!(
            "<text {place} font-size=\"{}\" fill=\"{}\"{anchor}{weight}>{}</text>\n",
            number(text.size),
            hex(text.colour),
            escape(&text.text)
        ));
    }
}

fn stroke_attributes(stroke: &Stroke) -> String {
    let dash = stroke.dash.map_or(String::new(), |(dash, gap)| {
        format!(" stroke-dasharray=\"{} {}\"", number(dash), number(gap))
    });
    format!(
        " fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{}{dash}",
        hex(stroke.colour),
        number(stroke.width),
        opacity_attribute("stroke", stroke.opacity)
    )
}

fn opacity_attribute(of: &str, opacity: f64) -> String {
    if opacity < 1.0 {
        format!(" {of}-opacity=\"{}\"", number(opacity))
    } else {
        String::new()
    }
}

fn path(points: &[Point]) -> String {
    let mut d = String::new();
    for (k, &(x, y)) in points.iter().enumerate() {
        let command = if k == 0 { 'M' } else { 'L' };
        let _ = write!(d, "{command}{} {}", number(x), number(y));
    }
    d
}

/// Hundredths of a point (3.5 µm on paper), without trailing zeros.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

fn hex(Colour(r, g, b): Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Text in an image, on one line.
fn escape(text: &str) -> String {
    markup::escape(text).replace(['\t', '\n', '\r'], " ")
}

/// RFC 4648, section 4.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |g, k| {
            g << 8 | u32::from(chunk.get(k).copied().unwrap_or(0))
        });
        for k in 0..4 {
            if k <= chunk.len() {
                let sextet = group >> (18 - 6 * k) & 63;
                out.push(char::from(ALPHABET[sextet as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_the_standards_examples() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [1.0, 0.125, -0.001, -2.5, 100.0].map(number),
            ["1", "0.12", "0", "-2.5", "100"]
        );
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(
            escape("a<b> & \"c\"\u{7}\n"),
            "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd} "
        );
    }
}
