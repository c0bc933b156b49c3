// Data that stand in the page: bytes as letters, compressed.

function bytesOf(letters) {
  const text = atob(letters.trim());
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

async function unpack(letters) {
  const stream = new Blob([bytesOf(letters)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Whole numbers of seven bits a byte, the lowest first.
function numbers(bytes, n) {
  const out = new Uint32Array(n);
  let at = 0;
  for (let k = 0; k < n; k++) {
    let value = 0, scale = 1, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    out[k] = value;
  }
  return out;
}

// Whole numbers of so many bits each, the lowest first. More than 32 bits at once are no integers of the machine here.
function bits(bytes, n, width) {
  const out = new Uint32Array(n), end = 2 ** width;
  let at = 0, held = 0, scale = 1;
  for (let k = 0; k < n; k++) {
    while (scale < end) {
      held += bytes[at++] * scale;
      scale *= 256;
    }
    const rest = Math.floor(held / end);
    out[k] = held - rest * end;
    held = rest;
    scale /= end;
  }
  return out;
}

// The raster with times in milliseconds.
async function readRaster(data) {
  for (const band of data.bands) {
    const { single } = band;
    const [counts, gaps] = await Promise.all([band.counts, single.times].map(unpack));
    band.counts = numbers(counts, band.columns * band.rows);
    band.neurons = bits(bytesOf(single.neurons), single.n, single.width);
    band.times = new Float64Array(single.n);
    let tick = single.first;
    const gap = numbers(gaps, single.n);
    for (let k = 0; k < single.n; k++) {
      tick += gap[k];
      band.times[k] = tick * single.tick;
    }
  }
  return data;
}

// The first index of ascending `times` that is `from` or later.
function firstFrom(times, from) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < from) low = middle + 1; else high = middle;
  }
  return low;
}
