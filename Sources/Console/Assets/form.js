// Forms: the server's own sentence beside the field that it is about, and nothing that was typed is lost.

import { Refusal } from "./api.js";
import { fill, h } from "./dom.js";
import { draft, dropDraft, keepDraft } from "./drafts.js";

let made = 0;

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

export class Form {
  /**
   * @param {string} action what its button says
   * @param {(values: Record<string, string>) => Promise<void>} submit
   * @param {{quiet?: boolean, keep?: string}} [options] `keep`: under this name what is typed is there again for who comes back
   */
  constructor(action, submit, options = {}) {
    this.keep = options.keep;
    this.isBusy = false;
    /** @type {Map<string, {control: Control, fault: HTMLElement}>} */
    this.fields = new Map();
    this.body = h("div", { class: "fields" });
    this.place = this.body;
    this.fault = h("p", { class: "fault", role: "alert" });
    this.button = /** @type {HTMLButtonElement} */ (h("button", { class: options.quiet ? "" : "main" }, action));
    this.element = /** @type {HTMLFormElement} */ (
      h("form", { novalidate: true, on: { submit: (/** @type {Event} */ event) => this.send(event), input: () => this.note() } },
        this.body, this.fault, h("p", { class: "actions" }, this.button)));
    this.submit = submit;
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {Record<string, any>} [props]
   */
  text(name, label, props = {}) {
    return this.add(name, label, /** @type {Control} */ (h(props.rows ? "textarea" : "input", { name, ...props })));
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {[string, string][]} choices value and words
   * @param {string} [chosen]
   */
  choice(name, label, choices, chosen) {
    const options = choices.map(([value, words]) => h("option", { value, selected: value === chosen }, words));
    return this.add(name, label, /** @type {Control} */ (h("select", { name }, options)));
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {Control} control
   */
  add(name, label, control) {
    made += 1;
    const [id, faultID] = [`field-${made}`, `fault-${made}`];
    control.id = id;
    control.setAttribute("aria-describedby", faultID);
    const fault = h("p", { id: faultID, class: "fault" });
    this.fields.set(name, { control, fault });
    const typed = this.keep && isKept(control) ? draft(this.keep)[name] : undefined;
    if (typed !== undefined) control.value = typed;
    this.place.appendChild(h("div", { class: "field" }, h("label", { for: id }, label), control, fault));
    return control;
  }

  /**
   * Fields that are added meanwhile stand in that part of the form.
   * @param {HTMLElement} place
   * @param {() => void} add
   */
  into(place, add) {
    this.place = place;
    try { add(); } finally { this.place = this.body; }
  }

  /**
   * Those fields are no part of it any more.
   * @param {string} start of their names
   */
  forget(start) {
    for (const name of [...this.fields.keys()]) if (name.startsWith(start)) this.fields.delete(name);
    this.note();
  }

  get values() {
    /** @type {Record<string, string>} */
    const values = {};
    for (const [name, { control }] of this.fields) values[name] = control.value;
    return values;
  }

  note() {
    if (!this.keep) return;
    keepDraft(this.keep, Object.fromEntries([...this.fields].filter(([, { control }]) => isKept(control)).map(([name, { control }]) => [name, control.value])));
  }

  /** @param {Event} event */
  async send(event) {
    event.preventDefault();
    if (this.isBusy) return;
    this.clear();
    const empty = [...this.fields.keys()].filter((name) => this.lacks(name));
    if (empty.length > 0) return this.tell(new Refusal(422, "", empty.map((name) => ({ pointer: `/${name}`, detail: "is needed" }))));
    this.isBusy = true;
    // A button that is disabled would lose the focus.
    this.button.setAttribute("aria-disabled", "true");
    try {
      await this.submit(this.values);
      if (this.keep) dropDraft(this.keep);
    } catch (error) {
      this.tell(error);
    } finally {
      this.isBusy = false;
      this.button.removeAttribute("aria-disabled");
    }
  }

  /** @param {string} name */
  lacks(name) {
    const control = this.fields.get(name)?.control;
    return Boolean(control?.required) && control?.value.trim() === "";
  }

  clear() {
    fill(this.fault);
    for (const { control, fault } of this.fields.values()) {
      control.removeAttribute("aria-invalid");
      fill(fault);
    }
  }

  /**
   * The field that the server means: the one with that path, or with the start of it, or with a name on it.
   * @param {string} pointer
   */
  about(pointer) {
    const places = pointer.split("/").slice(1);
    const paths = places.map((_, count) => places.slice(0, places.length - count).join("/"));
    return [...paths, ...places.reverse()].find((name) => this.fields.has(name));
  }

  /** @param {unknown} error */
  tell(error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (!(error instanceof Refusal)) throw error;
    /** @type {Control | undefined} */
    let first;
    /** @type {string[]} */
    const rest = [];
    for (const { pointer, detail } of error.errors) {
      const name = this.about(pointer);
      const field = name === undefined ? undefined : this.fields.get(name);
      if (!field) {
        rest.push(`${pointer.slice(1)} ${detail}.`.trim());
        continue;
      }
      field.control.setAttribute("aria-invalid", "true");
      field.fault.textContent = `It ${detail}.`;
      first ??= field.control;
    }
    if (error.errors.length === 0) rest.push(error.sentence);
    this.fault.textContent = rest.join(" ");
    first?.focus();
  }
}

/** @param {Control} control */
function isKept(control) {
  return !["password", "file"].includes(control.type);
}
