//! From a page to its text.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::meaning::Meaning;
use super::{Page, Part, Picture, Raster, Run, Section, Sheet, Table, shades};
use crate::report::markup::escape;

const STYLE: &str = include_str!("page.css");
/// Without modules, which browsers do not load from a folder: one after the other in one scope.
const SCRIPT: [&str; 3] = [
    include_str!("data.js"),
    include_str!("raster.js"),
    include_str!("page.js"),
];

impl Page {
    /// The page as text.
    pub fn html(&self) -> String {
        let mut writer = Writer::default();
        let title = escape(&self.title);
        writer.add(format_args!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header><h1>{title}</h1></header>\n<main>\n"
        ));
        for part in &self.before {
            writer.part(part);
        }
        let several = if self.runs.len() > 1 { " several" } else { "" };
        writer.add(format_args!("<div class=\"runs{several}\">\n"));
        let named = self.runs.len() > 1;
        self.runs.iter().for_each(|run| writer.run(run, named));
        writer.add(format_args!("</div>\n"));
        writer.meanings();
        writer.add(format_args!(
            "</main>\n<footer>Written by sharpwave {}.</footer>\n<div id=\"tip\" role=\"tooltip\" hidden></div>\n\
             <script>\n\"use strict\";\n(() => {{\n{}}})();\n</script>\n</body>\n</html>\n",
            env!("CARGO_PKG_VERSION"),
            SCRIPT.concat()
        ));
        writer.out
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    /// By term.
    meant: BTreeMap<&'static str, &'static Meaning>,
    /// Figures and rasters so far.
    figures: usize,
}

impl Writer {
    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn run(&mut self, run: &Run, named: bool) {
        let name = escape(&run.name);
        match named {
            true => self.add(format_args!(
                "<article aria-label=\"{name}\">\n<p class=\"run\">{name}</p>\n"
            )),
            false => self.out += "<article>\n",
        }
        for Section { title, parts } in &run.sections {
            self.add(format_args!("<section>\n<h2>{}</h2>\n", escape(title)));
            parts.iter().for_each(|part| self.part(part));
            self.add(format_args!("</section>\n"));
        }
        self.add(format_args!("</article>\n"));
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(text) => self.add(format_args!("<p>{}</p>\n", escape(text))),
            Part::Warning(text) => {
                self.add(format_args!("<p class=\"warning\">{}</p>\n", escape(text)));
            }
            Part::Table(table) => self.table(table),
            Part::Figure(picture) => self.figure(picture),
            Part::Raster(raster) => self.raster(raster),
            Part::Source { title, text } => self.add(format_args!(
                "<details><summary>{}</summary>\n<pre tabindex=\"0\">{}</pre>\n</details>\n",
                escape(title),
                escape(text)
            )),
            Part::Sheet(sheet) => self.sheet(sheet),
        }
    }

    /// `text` with what it means, which it says on hover and on focus.
    fn meant(&mut self, text: &str, meaning: Option<&'static Meaning>) -> String {
        let text = escape(text);
        let Some(meaning) = meaning else {
            return text;
        };
        self.meant.insert(meaning.term, meaning);
        let id = meaning.id();
        format!(
            "<span class=\"meant\" tabindex=\"0\" data-means=\"{id}\" aria-describedby=\"{id}\">{text}</span>"
        )
    }

    fn table(&mut self, table: &Table) {
        let caption = escape(&table.caption);
        self.add(format_args!(
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\n<caption>{caption}</caption>\n"
        ));
        let is_number = |k: usize| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(k));
            k > 0 && cells.any(|cell| cell.exact.is_some())
        };
        if table.columns.iter().any(|column| !column.head.is_empty()) {
            self.out += "<thead><tr>";
            for (k, column) in table.columns.iter().enumerate() {
                let head = self.meant(&column.head, column.meaning);
                let class = if is_number(k) {
                    " class=\"number\""
                } else {
                    ""
                };
                self.add(format_args!("<th scope=\"col\"{class}>{head}</th>"));
            }
            self.out += "</tr></thead>\n";
        }
        self.out += "<tbody>\n";
        for row in &table.rows {
            self.out += "<tr>";
            for (k, cell) in row.iter().enumerate() {
                let text = self.meant(&cell.text, cell.meaning);
                let column = table.columns.get(k).and_then(|column| column.meaning);
                let means = column.map_or_else(String::new, |meaning| {
                    format!(" data-means=\"{}\"", meaning.id())
                });
                match (k, cell.exact) {
                    (0, _) => self.add(format_args!("<th scope=\"row\">{text}</th>")),
                    (_, Some(exact)) => self.add(format_args!(
                        "<td class=\"number\"{means} data-exact=\"{exact}\">{text}</td>"
                    )),
                    (_, None) if is_number(k) => {
                        self.add(format_args!("<td class=\"number\"{means}>{text}</td>"));
                    }
                    (_, None) => self.add(format_args!("<td{means}>{text}</td>")),
                }
            }
            self.out += "</tr>\n";
        }
        self.out += "</tbody></table></div>\n";
    }

    fn figure(&mut self, picture: &Picture) {
        let (name, says) = (escape(&picture.name), escape(&picture.says));
        // The drawing stands for itself in a file, and here inside the page.
        let svg = picture.svg.replacen(
            "<svg ",
            &format!("<svg role=\"img\" aria-label=\"{says}\" "),
            1,
        );
        self.add(format_args!(
            "<figure><div class=\"wide drawing\" tabindex=\"0\" role=\"region\" aria-label=\"{says}\">{svg}</div>\n\
             <figcaption>{says} <button type=\"button\" class=\"save\" data-name=\"{name}\">Save as SVG</button></figcaption></figure>\n"
        ));
    }

    fn raster(&mut self, raster: &Raster) {
        self.figures += 1;
        let id = format!("raster-{}", self.figures);
        let json = raster.json().to_string().replace('<', "\\u003c");
        let mut options = String::from("<option value=\"-1\">all</option>");
        for (k, band) in raster.bands.iter().enumerate() {
            let _ = write!(
                options,
                "<option value=\"{k}\">{}</option>",
                escape(&band.name)
            );
        }
        self.add(format_args!(
            "<figure class=\"raster\" id=\"{id}\">\n<div class=\"controls\" role=\"toolbar\" aria-label=\"Raster\">\
             <button type=\"button\" data-act=\"in\">Zoom in</button><button type=\"button\" data-act=\"out\">Zoom out</button>\
             <button type=\"button\" data-act=\"left\" aria-label=\"Earlier\">◀</button>\
             <button type=\"button\" data-act=\"right\" aria-label=\"Later\">▶</button>\
             <button type=\"button\" data-act=\"all\">Show all</button>\
             <label>from <input data-end=\"0\" size=\"9\" inputmode=\"decimal\"> ms</label>\
             <label>to <input data-end=\"1\" size=\"9\" inputmode=\"decimal\"> ms</label>\
             <label>population <select>{options}</select></label>\
             <button type=\"button\" data-act=\"save\">Save as SVG</button></div>\n\
             <canvas tabindex=\"0\" role=\"img\" aria-label=\"Spike raster; arrow keys move, plus and minus zoom\"></canvas>\n\
             <figcaption><span class=\"seen\" aria-live=\"polite\"></span></figcaption>\n\
             <noscript><p>The raster needs script; its numbers stand in the tables.</p></noscript>\n\
             <script type=\"application/json\">{json}</script>\n</figure>\n"
        ));
    }

    fn sheet(&mut self, sheet: &Sheet) {
        let cells: Vec<u8> = sheet
            .pictures
            .iter()
            .flat_map(|picture| picture.cells.iter().copied())
            .collect();
        let caption = escape(&sheet.caption);
        self.add(format_args!(
            "<figure class=\"sheet\" data-columns=\"{}\" data-rows=\"{}\"><figcaption>{caption}</figcaption>\n<ul>\n",
            sheet.columns, sheet.rows
        ));
        for picture in &sheet.pictures {
            let lines: Vec<String> = picture.lines.iter().map(|line| escape(line)).collect();
            let says = lines.join(", ");
            let mark = escape(picture.mark);
            self.add(format_args!(
                "<li class=\"{mark}\"><canvas role=\"img\" aria-label=\"{says}\"></canvas><span>{}</span></li>\n",
                lines.join("<br>")
            ));
        }
        self.add(format_args!(
            "</ul>\n<script type=\"text/plain\">{}</script></figure>\n",
            shades(&cells)
        ));
    }

    fn meanings(&mut self) {
        let meant = std::mem::take(&mut self.meant);
        if meant.is_empty() {
            return;
        }
        self.out += "<section class=\"meanings\">\n<h2>What the numbers are</h2>\n<dl>\n";
        for meaning in meant.into_values() {
            let (id, term, text) = (meaning.id(), escape(meaning.term), escape(&meaning.said()));
            self.add(format_args!("<dt>{term}</dt><dd id=\"{id}\">{text}</dd>\n"));
        }
        self.out += "</dl>\n</section>\n";
    }
}
