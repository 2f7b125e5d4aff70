// Forms: the server's own sentence beside the field that it is about, and nothing that was typed is lost.

import { Refusal } from "./api.js";
import { fill, h } from "./dom.js";

let made = 0;

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

export class Form {
  /**
   * @param {string} action what its button says
   * @param {(values: Record<string, string>) => Promise<void>} submit
   * @param {{quiet?: boolean}} [options]
   */
  constructor(action, submit, options = {}) {
    /** @type {Map<string, {control: Control, fault: HTMLElement}>} */
    this.fields = new Map();
    this.body = h("div", { class: "fields" });
    this.fault = h("p", { class: "fault", role: "alert" });
    this.button = /** @type {HTMLButtonElement} */ (h("button", { class: options.quiet ? "" : "main" }, action));
    this.element = /** @type {HTMLFormElement} */ (
      h("form", { novalidate: true, on: { submit: (/** @type {Event} */ event) => this.send(event) } },
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
    this.body.appendChild(h("div", { class: "field" }, h("label", { for: id }, label), control, fault));
    return control;
  }

  get values() {
    /** @type {Record<string, string>} */
    const values = {};
    for (const [name, { control }] of this.fields) values[name] = control.value;
    return values;
  }

  /** @param {Event} event */
  async send(event) {
    event.preventDefault();
    if (this.button.disabled) return;
    this.clear();
    this.button.disabled = true;
    try {
      await this.submit(this.values);
    } catch (error) {
      this.tell(error);
    } finally {
      this.button.disabled = false;
    }
  }

  clear() {
    fill(this.fault);
    for (const { control, fault } of this.fields.values()) {
      control.removeAttribute("aria-invalid");
      fill(fault);
    }
  }

  /** @param {unknown} error */
  tell(error) {
    if (!(error instanceof Refusal)) throw error;
    /** @type {Control | undefined} */
    let first;
    /** @type {string[]} */
    const rest = [];
    for (const { pointer, detail } of error.errors) {
      const places = pointer.split("/");
      const field = this.fields.get(places[1] ?? "") ?? this.fields.get(places[places.length - 1]);
      if (!field) {
        rest.push(`${pointer} ${detail}`);
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
