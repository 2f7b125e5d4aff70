// A table of any length: only the rows that can be seen are there, with as much room above and below as the others take.

import { fill, h, keepingFocus } from "./dom.js";

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name
 * @property {(row: Row) => import("./dom.js").Child} cell
 * @property {string} [class]
 */

/** @template Row */
export class Table {
  /**
   * @param {string} caption
   * @param {Column<Row>[]} columns
   * @param {{none?: string, more?: () => void}} [options] `more` is called when the end comes near
   */
  constructor(caption, columns, options = {}) {
    this.columns = columns;
    this.options = options;
    /** @type {Row[]} */
    this.rows = [];
    this.rowHeight = 41;
    /** @type {Map<string, HTMLElement>} */
    this.drawn = new Map();
    this.body = h("tbody", null);
    this.table = h("table", null,
      h("caption", { class: "unseen" }, caption),
      h("thead", null, h("tr", null, columns.map((column) => h("th", { scope: "col", class: column.class }, column.name)))),
      this.body);
    this.element = h("div", {
      class: "scroller", tabindex: "0", role: "region", "aria-label": caption, on: { scroll: () => this.draw() },
    }, this.table);
  }

  /** @param {Row[]} rows */
  show(rows) {
    this.rows = rows;
    this.table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.draw();
  }

  draw() {
    const { rows, rowHeight, columns } = this;
    if (rows.length === 0) {
      this.drawn.clear();
      fill(this.body, h("tr", null, h("td", { colspan: columns.length, class: "hint" }, this.options.none ?? "There is nothing.")));
      return;
    }
    const height = this.element.clientHeight || 600;
    const isWhole = rows.length <= 60;
    const first = isWhole ? 0 : Math.max(0, Math.min(rows.length - 1, Math.floor(this.element.scrollTop / rowHeight) - 10));
    const last = isWhole ? rows.length : Math.min(rows.length, first + Math.ceil(height / rowHeight) + 20);
    /** @param {number} count */
    const room = (count) => (count > 0
      ? [h("tr", { "aria-hidden": "true", class: "room" }, h("td", { colspan: columns.length, style: { height: `${count * rowHeight}px` } }))]
      : []);
    keepingFocus(this.body, () => this.place([...room(first), ...this.drawRows(first, last), ...room(rows.length - last)]));
    if (last >= rows.length - 5) this.options.more?.();
  }

  /**
   * A row that says the same as before is the same element.
   * @param {number} first
   * @param {number} last
   */
  drawRows(first, last) {
    /** @type {Map<string, HTMLElement>} */
    const kept = new Map();
    const elements = this.rows.slice(first, last).map((row, place) => {
      const words = JSON.stringify(row);
      const known = kept.has(words) ? undefined : this.drawn.get(words);
      const element = known ?? h("tr", null, this.columns.map((column) => h("td", { class: column.class, "data-name": column.name }, column.cell(row))));
      element.setAttribute("aria-rowindex", String(first + place + 2));
      kept.set(words, element);
      return element;
    });
    this.drawn = kept;
    return elements;
  }

  /** @param {HTMLElement[]} elements what is there afterwards, moving nothing that is in its place */
  place(elements) {
    const wanted = new Set(elements);
    for (const child of [...this.body.children]) if (!wanted.has(/** @type {HTMLElement} */ (child))) child.remove();
    /** @type {Element | null} */
    let at = this.body.firstElementChild;
    for (const element of elements) {
      if (element === at) at = at.nextElementSibling;
      else this.body.insertBefore(element, at);
    }
  }
}
