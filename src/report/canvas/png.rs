//! A canvas as PNG.

use super::{Anchor, Canvas, Mark, Picture, Point, Stroke, Text};
use std::io::Write;

use crate::report::font;
use crate::report::style::Colour;
use png::{BitDepth, ColorType, EncodingError, PixelDimensions, Unit};
use tiny_skia::{
    FillRule, FilterQuality, LineJoin, Paint, Path, PathBuilder, Pixmap, PixmapPaint, StrokeDash,
    Transform,
};
use ttf_parser::OutlineBuilder;

/// Dots per inch; what journals ask for at least.
const DPI: f64 = 300.0;
/// Points per inch.
const PT_PER_INCH: f64 = 72.0;
/// Pixels per metre, as PNG states its resolution (1 inch = 0.0254 m).
const PX_PER_M: u32 = (DPI / 0.0254) as u32;

/// Bytes of a picture of so many points while it is drawn.
pub(crate) fn picture_bytes(width: f64, height: f64) -> f64 {
    const BYTES_PER_PIXEL: f64 = 4.0;
    let pixels_per_pt = DPI / PT_PER_INCH;
    BYTES_PER_PIXEL * width * height * pixels_per_pt * pixels_per_pt
}

/// The canvas as the bytes of a PNG file.
pub(crate) fn render(canvas: &Canvas) -> Result<Vec<u8>, EncodingError> {
    let scale = DPI / PT_PER_INCH;
    let columns = (canvas.width * DPI / PT_PER_INCH).ceil() as u32;
    let rows = (canvas.height * DPI / PT_PER_INCH).ceil() as u32;
    let mut pixmap = pixmap(columns, rows)?;
    pixmap.fill(tiny_skia::Color::WHITE);
    let mut page = Page {
        pixmap,
        scale: Transform::from_scale(scale as f32, scale as f32),
    };
    for mark in &canvas.marks {
        page.mark(mark)?;
    }
    // The page is opaque, so its premultiplied colours are its colours.
    let lines = page.pixmap.data().chunks_exact(4 * columns as usize);
    let lines = lines.map(|line| line.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]));
    encode(columns, rows, lines.map(Iterator::collect), true)
}

/// A picture as the bytes of a PNG file, each pixel as `factor` × `factor` pixels.
pub(crate) fn encode_picture(picture: &Picture, factor: usize) -> Result<Vec<u8>, EncodingError> {
    let lines = picture
        .pixels
        .chunks_exact(picture.columns)
        .flat_map(|row| {
            let line: Vec<u8> = row
                .iter()
                .flat_map(|&Colour(r, g, b)| std::iter::repeat_n([r, g, b], factor))
                .flatten()
                .collect();
            std::iter::repeat_n(line, factor)
        });
    encode(
        (picture.columns * factor) as u32,
        (picture.rows * factor) as u32,
        lines,
        false,
    )
}

/// An image of `lines`, each with three bytes a pixel, which are not held together.
fn encode(
    columns: u32,
    rows: u32,
    lines: impl Iterator<Item = Vec<u8>>,
    with_resolution: bool,
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, columns, rows);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    if with_resolution {
        encoder.set_pixel_dims(Some(PixelDimensions {
            xppu: PX_PER_M,
            yppu: PX_PER_M,
            unit: Unit::Meter,
        }));
    }
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    for line in lines {
        stream.write_all(&line)?;
    }
    stream.finish()?;
    writer.finish()?;
    Ok(bytes)
}

fn pixmap(columns: u32, rows: u32) -> Result<Pixmap, EncodingError> {
    Pixmap::new(columns, rows).ok_or_else(|| {
        EncodingError::IoError(std::io::Error::other(format!(
            "a picture of {columns} × {rows} pixels cannot be drawn"
        )))
    })
}

struct Page {
    pixmap: Pixmap,
    /// From points to pixels.
    scale: Transform,
}

impl Page {
    fn mark(&mut self, mark: &Mark) -> Result<(), EncodingError> {
        match mark {
            Mark::Line { points, stroke } => self.stroke(polygon(points, false), stroke),
            Mark::Segments { segments, stroke } => {
                let mut builder = PathBuilder::new();
                for &(a, b) in segments {
                    builder.move_to(a.0 as f32, a.1 as f32);
                    builder.line_to(b.0 as f32, b.1 as f32);
                }
                self.stroke(builder.finish(), stroke);
            }
            Mark::Area {
                points,
                fill,
                opacity,
            } => self.fill(polygon(points, true), *fill, *opacity, self.scale),
            Mark::Disc {
                centre,
                radius,
                fill,
            } => {
                let disc =
                    PathBuilder::from_circle(centre.0 as f32, centre.1 as f32, *radius as f32);
                self.fill(disc, *fill, 1.0, self.scale);
            }
            Mark::Text(text) => self.text(text),
            Mark::Picture {
                corner,
                size,
                picture,
            } => self.picture(*corner, *size, picture)?,
        }
        Ok(())
    }

    fn fill(&mut self, path: Option<Path>, colour: Colour, opacity: f64, transform: Transform) {
        if let Some(path) = path {
            let paint = paint(colour, opacity);
            self.pixmap
                .fill_path(&path, &paint, FillRule::Winding, transform, None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, stroke: &Stroke) {
        let Some(path) = path else { return };
        let line = tiny_skia::Stroke {
            width: stroke.width as f32,
            line_join: LineJoin::Round,
            dash: stroke
                .dash
                .and_then(|(dash, gap)| StrokeDash::new(vec![dash as f32, gap as f32], 0.0)),
            ..tiny_skia::Stroke::default()
        };
        let paint = paint(stroke.colour, stroke.opacity);
        self.pixmap
            .stroke_path(&path, &paint, &line, self.scale, None);
    }

    fn text(&mut self, text: &Text) {
        let face = font::get(text.weight);
        let mut outline = Outline {
            builder: PathBuilder::new(),
            x: 0.0,
        };
        for c in text.text.chars() {
            let glyph = face.glyph_index(c).unwrap_or_default();
            face.outline_glyph(glyph, &mut outline);
            outline.x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        }
        let unit = (text.size / f64::from(face.units_per_em())) as f32;
        let back = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -outline.x / 2.0,
            Anchor::End => -outline.x,
        };
        let turn = if text.upward { -90.0 } else { 0.0 };
        let transform = self
            .scale
            .pre_translate(text.at.0 as f32, text.at.1 as f32)
            .pre_rotate(turn)
            .pre_scale(unit, -unit)
            .pre_translate(back, 0.0);
        self.fill(outline.builder.finish(), text.colour, 1.0, transform);
    }

    fn picture(
        &mut self,
        corner: Point,
        size: (f64, f64),
        picture: &Picture,
    ) -> Result<(), EncodingError> {
        let mut image = pixmap(picture.columns as u32, picture.rows as u32)?;
        for (pixel, &Colour(r, g, b)) in image.data_mut().chunks_exact_mut(4).zip(&picture.pixels) {
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
        let transform = self
            .scale
            .pre_translate(corner.0 as f32, corner.1 as f32)
            .pre_scale(
                (size.0 / picture.columns as f64) as f32,
                (size.1 / picture.rows as f64) as f32,
            );
        let paint = PixmapPaint {
            quality: FilterQuality::Nearest,
            ..PixmapPaint::default()
        };
        self.pixmap
            .draw_pixmap(0, 0, image.as_ref(), &paint, transform, None);
        Ok(())
    }
}

fn paint(Colour(r, g, b): Colour, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    paint.set_color_rgba8(r, g, b, alpha);
    paint
}

fn polygon(points: &[Point], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (k, &(x, y)) in points.iter().enumerate() {
        if k == 0 {
            builder.move_to(x as f32, y as f32);
        } else {
            builder.line_to(x as f32, y as f32);
        }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

/// Glyphs one after another, in font units with y upwards.
struct Outline {
    builder: PathBuilder,
    /// Where the next glyph starts.
    x: f32,
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(self.x + x, y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(self.x + x, y);
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.builder.quad_to(self.x + x1, y1, self.x + x, y);
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.builder
            .cubic_to(self.x + x1, y1, self.x + x2, y2, self.x + x, y);
    }
    fn close(&mut self) {
        self.builder.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::{BLACK, BLUE, WHITE};

    /// Pixels of a canvas of 72 × 72 points, so 300 × 300.
    fn pixels(draw: impl FnOnce(&mut Canvas)) -> impl Fn(usize, usize) -> [u8; 3] {
        let mut canvas = Canvas::new(72.0, 72.0, "test");
        draw(&mut canvas);
        let bytes = render(&canvas).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!((info.width, info.height), (300, 300));
        move |x, y| {
            let at = 3 * (300 * y + x);
            [rgb[at], rgb[at + 1], rgb[at + 2]]
        }
    }

    #[test]
    fn areas_and_pictures_lie_where_they_are_put() {
        let at = pixels(|canvas| {
            canvas.rectangle((0.0, 0.0), (36.0, 36.0), BLUE);
            let picture = Picture {
                columns: 2,
                rows: 1,
                pixels: vec![BLACK, WHITE],
            };
            canvas.picture((36.0, 36.0), (36.0, 36.0), picture);
        });
        assert_eq!(at(100, 100), [0, 114, 178]);
        assert_eq!(at(200, 100), [255, 255, 255]);
        assert_eq!(at(180, 200), [0, 0, 0]);
        assert_eq!(at(260, 200), [255, 255, 255]);
    }

    #[test]
    fn text_stands_on_its_baseline_and_ends_at_its_anchor() {
        let at = pixels(|canvas| {
            canvas.text(
                Text::new((36.0, 36.0), 24.0, "HH")
                    .colour(BLACK)
                    .anchor(Anchor::End),
            );
        });
        let dark = |x0: usize, x1: usize, y0: usize, y1: usize| {
            (x0..x1).any(|x| (y0..y1).any(|y| at(x, y)[0] < 128))
        };
        // 24 pt capitals are 16.5 pt high: from y = 19.5 to 36 pt, 81 to 150 px.
        assert!(dark(0, 150, 85, 150));
        assert!(!dark(0, 300, 152, 300) && !dark(0, 300, 0, 79) && !dark(151, 300, 0, 300));
    }

    #[test]
    fn a_canvas_without_area_is_an_error() {
        assert!(render(&Canvas::new(0.0, 10.0, "")).is_err());
    }
}
