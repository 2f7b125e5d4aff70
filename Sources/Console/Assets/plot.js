// A plot on a canvas, with the same figures in a table behind it for whoever does not see it.

import { fill, h } from "./dom.js";

/** @typedef {{name: string, color: string}} Line */

/** @param {number} value */
const rounded = (value) => (Math.round(value * 10) / 10).toLocaleString();

export class Plot {
  /**
   * @param {string} title
   * @param {Line[]} lines `color` is the name of a property of the style sheet
   */
  constructor(title, lines) {
    this.lines = lines;
    /** @type {{at: number, values: number[]}[]} */
    this.points = [];
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { role: "img", "aria-label": `${title}; the table below has the figures` }));
    this.rows = h("tbody", null);
    const key = lines.map((line) => h("span", { class: "key" }, h("i", { style: { background: `var(${line.color})` } }), line.name));
    this.element = h("figure", { class: "plot" },
      h("figcaption", null, title, " ", key), this.canvas,
      h("details", { on: { toggle: () => this.fillTable() } }, h("summary", null, "As a table"),
        h("div", { class: "scroller short", tabindex: "0", role: "region", "aria-label": title }, h("table", null,
          h("thead", null, h("tr", null, h("th", { scope: "col" }, "Time"), lines.map((line) => h("th", { scope: "col" }, line.name)))),
          this.rows))));
    this.sized = new ResizeObserver(() => this.draw());
    this.sized.observe(this.canvas);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.draw();
    this.scheme.addEventListener("change", this.redraw);
  }

  close() {
    this.sized.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
  }

  /** @param {{at: number, values: number[]}[]} points */
  show(points) {
    this.points = points;
    this.draw();
    this.fillTable();
  }

  fillTable() {
    if (!this.element.querySelector("details")?.open) return;
    fill(this.rows, this.points.slice().reverse().map((point) => h("tr", null,
      h("td", null, new Date(point.at).toLocaleTimeString()), point.values.map((value) => h("td", null, rounded(value))))));
  }

  draw() {
    const context = this.canvas.getContext("2d");
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    if (!context || width === 0) return;
    const scale = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.canvas);
    const top = Math.max(1, ...this.points.flatMap((point) => point.values));
    context.strokeStyle = style.getPropertyValue("--line");
    context.fillStyle = style.getPropertyValue("--faint");
    context.font = `12px ${style.fontFamily}`;
    context.beginPath();
    context.moveTo(0, height - 0.5);
    context.lineTo(width, height - 0.5);
    context.stroke();
    context.fillText(rounded(top), 2, 12);
    this.lines.forEach((line, place) => {
      context.strokeStyle = style.getPropertyValue(line.color);
      context.lineWidth = 2;
      context.beginPath();
      this.points.forEach((point, index) => {
        const x = this.points.length < 2 ? width : (index / (this.points.length - 1)) * width;
        const y = height - 2 - (point.values[place] / top) * (height - 20);
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.stroke();
    });
  }
}
