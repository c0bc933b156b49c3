// Data that stand in the page: bytes as letters, compressed.

async function unpack(letters) {
  const text = atob(letters.trim());
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
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

// The raster with times in milliseconds.
async function readRaster(data) {
  for (const band of data.bands) {
    const { single } = band;
    const [counts, gaps, neurons] = await Promise.all([band.counts, single.times, single.neurons].map(unpack));
    band.counts = numbers(counts, band.columns * band.rows);
    band.neurons = numbers(neurons, single.n);
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
