// What the page does: meanings where they are asked for, files to keep, pictures, the raster.

const tip = document.getElementById("tip");

function showTip(text, x, y) {
  tip.textContent = text;
  tip.hidden = false;
  tip.style.left = Math.max(scrollX + 8, Math.min(x, scrollX + innerWidth - tip.offsetWidth - 16)) + "px";
  tip.style.top = y + "px";
}

function hideTip() {
  tip.hidden = true;
}

function means(event) {
  const element = event.target.closest && event.target.closest("[data-means]");
  if (!element) return;
  const box = element.getBoundingClientRect();
  const exact = element.dataset.exact ? `${element.dataset.exact}. ` : "";
  showTip(exact + document.getElementById(element.dataset.means).textContent, box.left + scrollX, box.bottom + scrollY + 6);
}

document.addEventListener("mouseover", means);
document.addEventListener("focusin", means);
document.addEventListener("mouseout", (event) => { if (event.target.closest("[data-means]")) hideTip(); });
document.addEventListener("focusout", hideTip);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });

function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

document.querySelectorAll("button.save").forEach((button) => button.addEventListener("click", () => {
  const svg = button.closest("figure").querySelector("svg");
  save(button.dataset.name + ".svg", new XMLSerializer().serializeToString(svg));
}));

// Small grey pictures.
document.querySelectorAll("figure.sheet").forEach(async (sheet) => {
  const columns = Number(sheet.dataset.columns), rows = Number(sheet.dataset.rows);
  const cells = await unpack(sheet.querySelector("script").textContent);
  sheet.querySelectorAll("canvas").forEach((canvas, k) => {
    canvas.width = columns;
    canvas.height = rows;
    const image = new ImageData(columns, rows);
    for (let cell = 0; cell < columns * rows; cell++) {
      const grey = cells[k * columns * rows + cell];
      image.data.set([grey, grey, grey, 255], 4 * cell);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  });
  sheet.dataset.ready = "";
});

const views = [];
document.querySelectorAll("figure.raster").forEach(async (figure) => {
  const data = await readRaster(JSON.parse(figure.querySelector("script").textContent));
  const view = new RasterView(figure, data);
  views.push(view);
  view.draw();
  figure.view = view;
  figure.dataset.ready = "";
});

// On paper the ground is white.
addEventListener("beforeprint", () => views.forEach((view) => view.draw(LIGHT)));
addEventListener("afterprint", () => views.forEach((view) => view.draw()));
