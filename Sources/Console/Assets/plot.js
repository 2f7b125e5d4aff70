// A plot on a canvas, with the same figures in a table behind it for whoever does not see it.

import { fill, h } from "./dom.js";

/** @typedef {{name: string, color: string}} Line */

/** @param {number} value */
const rounded = (value) => (Math.round(value * 10) / 10).toLocaleString();

export class Plot {
  /**
   * @param {string} title
   * @param {Line[]} lines `color` is the name of a property of the style sheet
   * @param {{moment?: (date: Date) => string, isCourse?: boolean}} [options] how a time is written; whether it is told from its start to its end
   */
  constructor(title, lines, options = {}) {
    this.lines = lines;
    this.moment = options.moment ?? ((date) => date.toLocaleTimeString());
    this.isCourse = options.isCourse ?? false;
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
    const points = this.isCourse ? this.points : this.points.slice().reverse();
    fill(this.rows, points.map((point) => h("tr", null,
      h("td", null, this.moment(new Date(point.at))), point.values.map((value) => h("td", null, rounded(value))))));
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
    const [first, last] = [this.points[0]?.at ?? 0, this.points.at(-1)?.at ?? 0];
    const ground = height - (this.isCourse ? 18.5 : 0.5);
    context.beginPath();
    context.moveTo(0, ground);
    context.lineTo(width, ground);
    context.stroke();
    context.fillText(rounded(top), 2, 12);
    if (this.isCourse && this.points.length > 0) {
      context.fillText(this.moment(new Date(first)), 2, height - 4);
      context.textAlign = "right";
      context.fillText(this.moment(new Date(last)), width - 2, height - 4);
      context.textAlign = "left";
    }
    this.lines.forEach((line, place) => {
      context.strokeStyle = style.getPropertyValue(line.color);
      context.lineWidth = 2;
      context.beginPath();
      this.points.forEach((point, index) => {
        const x = last > first ? ((point.at - first) / (last - first)) * width : width;
        const y = ground - 1.5 - (point.values[place] / top) * (ground - 19);
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.stroke();
    });
  }
}
