// Elements of the page. Text stays text: nothing here reads markup.

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Makes an element. `on` holds listeners, `style` single properties; `true` sets an attribute without a value.
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "style") {
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, String(text));
    } else if (name === "value" && "value" in element) {
      /** @type {HTMLInputElement} */ (element).value = String(value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

/**
 * @param {Node} parent
 * @param {(Child | Child[])[]} children
 */
export function append(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * The same, with the focus where it was, and open what was open: for what is drawn anew while somebody works with it.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function redraw(element, ...children) {
  keepingFocus(element, () => {
    const open = new Set([...element.querySelectorAll("details[open] > summary")].map(mark));
    fill(element, ...children);
    if (open.size === 0) return;
    for (const summary of element.querySelectorAll("details > summary")) {
      if (open.has(mark(summary))) /** @type {HTMLDetailsElement} */ (summary.parentNode).open = true;
    }
  });
}

/**
 * @param {Element} element
 * @param {() => void} draw what may put others in the place of what is in the element
 */
export function keepingFocus(element, draw) {
  const { activeElement } = document;
  const focused = activeElement && element.contains(activeElement) ? mark(activeElement) : null;
  draw();
  if (focused === null || (activeElement && element.contains(activeElement))) return;
  const again = [...element.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]")].find((one) => mark(one) === focused);
  /** @type {HTMLElement | undefined} */ (again)?.focus({ preventScroll: true });
}

/**
 * By which one knows an element in what is drawn anew: of what it is, and what it says or does.
 * @param {Element} element
 */
function mark(element) {
  const place = element.parentElement?.closest("section, li, tr, .letter");
  const where = place ? place.getAttribute("aria-label") ?? Object.values(/** @type {HTMLElement} */ (place).dataset).join() : "";
  const what = ["data-act", "id", "href", "name", "aria-label"].map((name) => element.getAttribute(name)).find(Boolean)
    ?? element.textContent?.replace(/\d+/g, "#");
  return `${element.tagName} ${where} ${what}`;
}

/**
 * Sets the text of an element only where it is another one, so that no reader hears the same twice.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A list whose elements stay the same for the same key: focus, selection and scroll survive an update.
 * @template Item
 */
export class KeyedList {
  /**
   * @param {Element} parent
   * @param {(item: Item) => string} key
   * @param {(item: Item) => HTMLElement} make
   * @param {(element: HTMLElement, item: Item) => void} update
   */
  constructor(parent, key, make, update) {
    this.parent = parent;
    this.key = key;
    this.make = make;
    this.update = update;
    /** @type {Map<string, HTMLElement>} */
    this.elements = new Map();
  }

  /** @param {Item[]} items */
  show(items) {
    /** @type {Map<string, HTMLElement>} */
    const kept = new Map();
    /** @type {ChildNode | null} */
    let place = this.parent.firstChild;
    for (const item of items) {
      const key = this.key(item);
      if (kept.has(key)) continue;
      const element = this.elements.get(key) ?? this.make(item);
      this.update(element, item);
      kept.set(key, element);
      if (element === place) place = place.nextSibling;
      else this.parent.insertBefore(element, place);
    }
    for (const [key, element] of this.elements) if (!kept.has(key)) element.remove();
    this.elements = kept;
  }
}
