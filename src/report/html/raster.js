// The raster: bouts, and for each population its rate over its spikes. Where single spikes merge, cells are shaded by their
// number, so that none is left out; marks stand for single spikes where there is room.

const LEFT = 66, RIGHT = 10, RATE = 26, GAP = 14, AXIS = 34;
const MARKS = 6000;
const STAGES = ["W", "R", "N1", "N2", "N3"];
const LIGHT = { ground: "#ffffff", ink: "#1e1e1e", soft: "#5f6368", line: "#d5d8dc", pale: "#f3f5f7",
  c: ["#0072b2", "#d55e00", "#009e73", "#b0578d", "#b07a00", "#444444"] };

// The page's colours as they are now, light or dark.
function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue("--" + name).trim();
  return { ground: of("ground"), ink: of("ink"), soft: of("soft"), line: of("line"), pale: of("pale"),
    c: [0, 1, 2, 3, 4, 5].map((k) => of("c" + k)) };
}

const round = (x, d = 2) => String(Number(x.toFixed(d)));
const digits = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");

// About `n` round numbers from `low` to `high`.
function ticks(low, high, n) {
  const raw = (high - low) / n, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw);
  const out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) out.push(k * step);
  return out;
}

// Draws on a canvas.
function canvasPen(context) {
  return {
    rect(x, y, w, h, colour, alpha = 1) {
      context.globalAlpha = alpha;
      context.fillStyle = colour;
      context.fillRect(x, y, w, h);
      context.globalAlpha = 1;
    },
    line(points, colour, width = 1) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
    },
    text(x, y, text, { colour, anchor = "left", size = 11, bold = false }) {
      context.font = `${bold ? 600 : 400} ${size}px system-ui, Arial, sans-serif`;
      context.textAlign = anchor;
      context.fillStyle = colour;
      context.fillText(text, x, y);
    },
    cells(x, y, w, h, columns, rows, counts, most, colour) {
      const image = new ImageData(columns, rows), shades = new Uint32Array(most + 1);
      const [red, green, blue] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
      const bytes = new Uint8Array(shades.buffer);
      for (let n = 1; n <= most; n++) bytes.set([red, green, blue, 255 * shade(n, most)], 4 * n);
      const cells = new Uint32Array(image.data.buffer);
      for (let k = 0; k < counts.length; k++) cells[k] = shades[counts[k]];
      const sheet = document.createElement("canvas");
      sheet.width = columns;
      sheet.height = rows;
      sheet.getContext("2d").putImageData(image, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(sheet, x, y, w, h);
    },
  };
}

// The same as text of an SVG file.
function svgPen() {
  const out = [];
  const safe = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const anchors = { left: "start", center: "middle", right: "end" };
  return {
    out,
    rect(x, y, w, h, colour, alpha = 1) {
      out.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="${colour}"` +
        (alpha < 1 ? ` fill-opacity="${round(alpha)}"` : "") + "/>");
    },
    line(points, colour, width = 1) {
      const path = points.map(([x, y]) => round(x) + " " + round(y)).join("L");
      out.push(`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`);
    },
    text(x, y, text, { colour, anchor = "left", size = 11, bold = false }) {
      out.push(`<text x="${round(x)}" y="${round(y)}" fill="${colour}" font-size="${size}" ` +
        `text-anchor="${anchors[anchor]}"${bold ? ' font-weight="600"' : ""}>${safe(text)}</text>`);
    },
    cells(x, y, w, h, columns, rows, counts, most, colour) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const n = counts[row * columns + column];
          if (n) this.rect(x + (column * w) / columns, y + (row * h) / rows, w / columns, h / rows, colour, shade(n, most));
        }
      }
    },
  };
}

class RasterView {
  constructor(figure, data) {
    Object.assign(this, { figure, data, from: 0, to: data.stop, pick: -1, neurons: [0, 0], ask: 0, marks: [] });
    this.canvas = figure.querySelector("canvas");
    this.inputs = [...figure.querySelectorAll("input")];
    this.seen = figure.querySelector(".seen");
    this.staged = data.bouts.some((bout) => bout.stage);
    this.listen();
    new ResizeObserver(() => this.later()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.later());
    this.later();
  }

  // Draws at the next frame, once.
  later() {
    if (!this.ask) this.ask = requestAnimationFrame(() => { this.ask = 0; this.draw(); });
  }

  move(from, to) {
    const { stop } = this.data, least = Math.min(0.1, stop);
    const length = Math.min(Math.max(to - from, least), stop);
    this.from = Math.min(Math.max(from, 0), stop - length);
    this.to = this.from + length;
    this.later();
  }

  zoom(factor, at = (this.from + this.to) / 2) {
    this.move(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  choose(pick) {
    this.pick = pick;
    if (pick >= 0) this.neurons = [0, this.data.bands[pick].size];
    this.later();
  }

  zoomNeurons(factor, at) {
    const { size } = this.data.bands[this.pick];
    let [low, high] = this.neurons;
    const length = Math.min(Math.max((high - low) * factor, Math.min(8, size)), size);
    low = Math.min(Math.max(at - ((at - low) * length) / (high - low), 0), size - length);
    this.neurons = [Math.round(low), Math.round(low + length)];
    this.later();
  }

  act(name) {
    const { from, to } = this, step = (to - from) / 4;
    if (name === "in") this.zoom(0.5);
    if (name === "out") this.zoom(2);
    if (name === "left") this.move(from - step, to - step);
    if (name === "right") this.move(from + step, to + step);
    if (name === "all") { this.choose(this.pick); this.move(0, this.data.stop); }
    if (name === "save") save("raster.svg", this.svg());
  }

  // The time at `x` of the canvas, in its pixels.
  timeAt(x) {
    const width = this.canvas.clientWidth - LEFT - RIGHT;
    return this.from + ((x - LEFT) / width) * (this.to - this.from);
  }

  listen() {
    const { canvas } = this, fingers = new Map();
    const place = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    this.figure.querySelectorAll("[data-act]").forEach((button) => button.addEventListener("click", () => this.act(button.dataset.act)));
    this.figure.querySelector("select").addEventListener("change", (event) => this.choose(Number(event.target.value)));
    this.inputs.forEach((input) => input.addEventListener("change", () => {
      const [from, to] = this.inputs.map((end) => Number(end.value));
      if (from < to) this.move(from, to); else this.later();
    }));
    canvas.addEventListener("wheel", (event) => {
      // The page scrolls unless the raster was chosen.
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      const factor = 2 ** (event.deltaY / 250), [x, y] = place(event);
      if (event.shiftKey && this.pick >= 0) this.zoomNeurons(factor, this.neuronAt(y)); else this.zoom(factor, this.timeAt(x));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => { fingers.set(event.pointerId, place(event)); canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => {
      const now = place(event), old = fingers.get(event.pointerId);
      if (!old) return this.point(now, event);
      hideTip();
      const others = [...fingers].filter(([id]) => id !== event.pointerId);
      if (others.length === 1) {
        const x = others[0][1][0], apart = Math.max(Math.abs(now[0] - x), 8);
        this.zoom(Math.max(Math.abs(old[0] - x), 8) / apart, this.timeAt((now[0] + x) / 2));
      } else {
        const shift = this.timeAt(old[0]) - this.timeAt(now[0]);
        this.move(this.from + shift, this.to + shift);
      }
      fingers.set(event.pointerId, now);
    });
    ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, (event) => fingers.delete(event.pointerId)));
    canvas.addEventListener("pointerleave", hideTip);
    canvas.addEventListener("keydown", (event) => {
      const acts = { ArrowLeft: "left", ArrowRight: "right", "+": "in", "=": "in", "-": "out", Home: "all", 0: "all" };
      const shift = { ArrowUp: -0.25, ArrowDown: 0.25 }[event.key];
      if (acts[event.key]) this.act(acts[event.key]);
      else if (shift && this.pick >= 0) this.zoomNeurons(1 + shift, (this.neurons[0] + this.neurons[1]) / 2);
      else return;
      event.preventDefault();
    });
  }

  // Says which spike a mark at the pointer stands for.
  point([x, y], event) {
    const near = this.marks.find((mark) => Math.abs(mark.x - x) < 4 && Math.abs(mark.y - y) < 4);
    if (!near) return hideTip();
    showTip(`${near.name}: neuron ${near.neuron} at ${round(near.time, 2)} ms`, event.pageX, event.pageY + 14);
  }

  shown() {
    const { bands } = this.data;
    return this.pick < 0 ? bands.map((band, k) => ({ band, k, low: 0, high: band.size, height: Math.min(Math.max(90 * 4 / bands.length, 44), 100) }))
      : [{ band: bands[this.pick], k: this.pick, low: this.neurons[0], high: this.neurons[1], height: 300 }];
  }

  neuronAt(y) {
    const top = this.top() + RATE + 4, [low, high] = this.neurons;
    return low + Math.min(Math.max((y - top) / 300, 0), 1) * (high - low);
  }

  top() {
    if (this.data.bouts.length < 2) return 8;
    return this.staged ? 66 : 28;
  }

  height() {
    return this.top() + this.shown().reduce((sum, { height }) => sum + RATE + 4 + height + GAP, 0) + AXIS - GAP;
  }

  draw(palette = colours()) {
    const { canvas } = this, scale = devicePixelRatio || 1, width = canvas.clientWidth, height = this.height();
    if (!width) return;
    canvas.style.height = height + "px";
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    const said = this.paint(canvasPen(context), width, height, palette);
    this.seen.textContent = said;
    canvas.setAttribute("aria-label", "Spike raster. " + said + " Arrow keys move, plus and minus zoom.");
    this.inputs.forEach((input, k) => { if (document.activeElement !== input) input.value = round([this.from, this.to][k], 2); });
    Object.assign(this.figure.dataset, { from: this.from, to: this.to });
  }

  svg() {
    const pen = svgPen(), width = 900, height = this.height();
    this.paint(pen, width, height, LIGHT);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="Arial, Helvetica, sans-serif"><title>Spike raster</title>\n${pen.out.join("\n")}\n</svg>\n`;
  }

  // Draws all and says what is seen.
  paint(pen, width, height, palette) {
    const { from, to, data } = this, inner = width - LEFT - RIGHT;
    const x = (t) => LEFT + ((t - from) / (to - from)) * inner;
    pen.rect(0, 0, width, height, palette.ground);
    this.paintBouts(pen, x, inner, palette, height);
    this.marks = [];
    let y = this.top(), spikes = 0;
    const notes = [];
    for (const part of this.shown()) {
      const note = this.paintBand(pen, part, x, inner, y, palette);
      spikes += note.spikes;
      notes.push(`${part.band.name}: ${note.text}`);
      y += RATE + 4 + part.height + GAP;
    }
    y += 4 - GAP;
    pen.line([[LEFT, y], [LEFT + inner, y]], palette.soft);
    const seconds = to - from >= 2000, unit = seconds ? 1000 : 1;
    for (const t of ticks(from / unit, to / unit, Math.max(inner / 90, 2))) {
      pen.line([[x(t * unit), y], [x(t * unit), y + 4]], palette.soft);
      // Digits are a little over half as wide as high; the last label ends where the page does.
      const label = round(t, 3), half = 3.1 * label.length;
      pen.text(Math.min(x(t * unit), LEFT + inner + RIGHT - half), y + 15, label, { colour: palette.soft, anchor: "center" });
    }
    pen.text(LEFT + inner, y + 27, seconds ? "time, s" : "time, ms", { colour: palette.soft, anchor: "right" });
    this.figure.dataset.spikes = spikes;
    return `${round(from, 2)} to ${round(to, 2)} ms: ${digits(spikes)} spikes. ${notes.join("; ")}.`;
  }

  paintBouts(pen, x, inner, palette, height) {
    const { bouts } = this.data;
    if (bouts.length < 2) return;
    const base = this.top() - 10, clip = (t) => Math.min(Math.max(x(t), LEFT), LEFT + inner);
    const level = (stage) => 10 + (STAGES.indexOf(stage) * (base - 14)) / 4;
    const path = [];
    if (this.staged) STAGES.forEach((stage) => pen.text(LEFT - 6, level(stage) + 3, stage, { colour: palette.soft, anchor: "right", size: 9 }));
    bouts.forEach((bout, k) => {
      const [a, b] = [clip(bout.start), clip(bout.stop)];
      if (b <= a) return;
      if (this.staged && bout.stage) { path.push([a, level(bout.stage)], [b, level(bout.stage)]); return; }
      pen.rect(a, 4, b - a, base - 2, k % 2 ? palette.line : palette.pale);
      pen.line([[a, 4], [a, height - AXIS]], palette.line);
      const room = Math.floor((b - a - 8) / 6);
      if (room > 1) pen.text(a + 4, base - 4, bout.name.length > room ? bout.name.slice(0, room - 1) + "…" : bout.name, { colour: palette.ink });
    });
    if (path.length) pen.line(path, palette.ink, 1.5);
  }

  paintBand(pen, { band, k, low, high, height }, x, inner, y, palette) {
    const { from, to } = this, colour = palette.c[k % palette.c.length], top = y + RATE + 4;
    const { single } = band, whole = band.total === single.n;
    const known = whole || (single.start !== null && from >= single.start && to <= single.stop);
    pen.text(4, y + 11, band.name.length > 9 ? band.name.slice(0, 8) + "…" : band.name, { colour, bold: true, size: 12 });
    pen.rect(LEFT, top, inner, height, palette.pale);
    const a = known ? firstFrom(band.times, from) : 0, b = known ? firstFrom(band.times, to) : 0;
    const rate = known ? this.rateOf(band, a, b, inner) : this.coarseRate(band);
    this.paintRate(pen, rate, x, inner, y, palette, colour, band);
    const rows = Math.max(1, Math.min(high - low, Math.round(height)));
    pen.text(LEFT - 6, top + 9, String(low), { colour: palette.soft, anchor: "right", size: 9 });
    pen.text(LEFT - 6, top + height, String(high - 1), { colour: palette.soft, anchor: "right", size: 9 });
    if (!known) return this.paintCoarse(pen, band, low, high, top, height, x, inner, colour);
    if (b - a <= MARKS) {
      const tall = Math.max(height / (high - low), 1.5);
      let n = 0;
      for (let i = a; i < b; i++) {
        const neuron = band.neurons[i];
        if (neuron < low || neuron >= high) continue;
        const at = x(band.times[i]), row = top + ((neuron - low) / (high - low)) * height;
        pen.rect(at - 0.75, Math.min(row, top + height - tall), 1.5, tall, colour);
        this.marks.push({ x: at, y: row + tall / 2, name: band.name, neuron, time: band.times[i] });
        n++;
      }
      return { spikes: n, text: `${digits(n)}, a mark each` };
    }
    const columns = Math.round(inner), counts = new Uint32Array(columns * rows);
    const perTime = columns / (to - from), perNeuron = rows / (high - low);
    const { times, neurons } = band;
    let n = 0;
    for (let i = a; i < b; i++) {
      const neuron = neurons[i];
      if (neuron < low || neuron >= high) continue;
      counts[((neuron - low) * perNeuron | 0) * columns + ((times[i] - from) * perTime | 0)]++;
      n++;
    }
    const most = counts.reduce((m, c) => (c > m ? c : m), 0);
    pen.cells(LEFT, top, inner, height, columns, rows, counts, most, colour);
    return { spikes: n, text: `${digits(n)}, shades of up to ${most} per cell` };
  }

  // Numbers of spikes over all of the time, where there are no single ones.
  paintCoarse(pen, band, low, high, top, height, x, inner, colour) {
    const { from, to, data } = this, step = data.stop / band.columns;
    const first = Math.floor(from / step), last = Math.min(Math.ceil(to / step), band.columns);
    const perRow = band.size / band.rows, r0 = Math.floor(low / perRow), r1 = Math.min(Math.ceil(high / perRow), band.rows);
    const columns = last - first, rows = r1 - r0, counts = new Uint32Array(columns * rows);
    let n = 0, most = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const count = band.counts[(r0 + row) * band.columns + first + column];
        counts[row * columns + column] = count;
        n += count;
        most = Math.max(most, count);
      }
    }
    const left = Math.max(x(first * step), LEFT), right = Math.min(x(last * step), LEFT + inner);
    pen.cells(left, top, right - left, height, columns, rows, counts, most, colour);
    const { single } = band;
    const where = single.start === null ? "none" : `those from ${round(single.start, 1)} to ${round(single.stop, 1)} ms`;
    return { spikes: n, text: `${digits(n)}, shades of up to ${most} per cell of ${round(step, 1)} ms by ${round(perRow, 1)} neurons (single spikes in this page: ${where})` };
  }

  // Rate in bins of a few pixels: [from, to, Hz].
  rateOf(band, a, b, inner) {
    const { from, to } = this, bins = Math.max(1, Math.round(inner / 3)), width = (to - from) / bins;
    const counts = new Uint32Array(bins), { times } = band;
    for (let i = a; i < b; i++) counts[Math.min(((times[i] - from) / width) | 0, bins - 1)]++;
    return Array.from(counts, (n, k) => [from + k * width, from + (k + 1) * width, n / (band.recorded || 1) / (width / 1000)]);
  }

  coarseRate(band) {
    const step = this.data.stop / band.columns;
    if (!band.sums) {
      band.sums = new Float64Array(band.columns);
      band.counts.forEach((n, k) => (band.sums[k % band.columns] += n));
    }
    const out = [];
    for (let k = Math.floor(this.from / step); k < Math.min(Math.ceil(this.to / step), band.columns); k++) {
      out.push([k * step, (k + 1) * step, band.sums[k] / (band.recorded || 1) / (step / 1000)]);
    }
    return out;
  }

  paintRate(pen, rate, x, inner, y, palette, colour, band) {
    const most = rate.reduce((m, [, , hz]) => Math.max(m, hz), 0), base = y + RATE;
    const clip = (t) => Math.min(Math.max(x(t), LEFT), LEFT + inner);
    const up = (hz) => base - (most > 0 ? (hz / most) * (RATE - 3) : 0);
    const points = rate.flatMap(([a, b, hz]) => [[clip(a), up(hz)], [clip(b), up(hz)]]);
    pen.line([[LEFT, base], [LEFT + inner, base]], palette.line);
    if (points.length) pen.line(points, colour, 1.2);
    pen.text(LEFT - 6, y + 24, `${most < 10 ? round(most, 2) : digits(most)} Hz`, { colour: palette.soft, anchor: "right", size: 9 });
  }
}

// How strongly a cell with so many spikes is coloured: one spike is seen, more are stronger.
function shade(n, most) {
  return most > 1 ? 0.35 + (0.65 * Math.log(n)) / Math.log(most) : 1;
}
