// What one may say in a conversation now: free text while its window is open, else a template. What is typed stays, whichever it is.

import { change, get, request } from "./api.js";
import { fill, h } from "./dom.js";
import { draft, keepDraft } from "./drafts.js";
import { Form } from "./form.js";
import { failed } from "./parts.js";

/** @typedef {{id: string, sender: string, app: string, company: string, prices?: any}} Where */

export class Composer {
  /**
   * @param {() => Where} where
   * @param {(body: any) => Promise<void>} say
   * @param {AbortSignal} signal
   * @param {string} keep under which name what is typed is kept
   */
  constructor(where, say, signal, keep) {
    this.keep = keep;
    this.where = where;
    this.say = say;
    this.signal = signal;
    /** @type {boolean | null} */
    this.isOpen = null;
    /** What was typed and not sent. */
    this.draft = draft(keep).body ?? "";
    /** @type {{file: File, answer: any} | null} */
    this.uploaded = null;
    this.element = h("div", null);
  }

  /** @param {boolean} isOpen whether free text may be sent */
  show(isOpen) {
    if (this.isOpen === isOpen) return;
    const typed = /** @type {HTMLTextAreaElement | null} */ (this.element.querySelector("textarea[name=body], textarea[name=draft]"));
    if (typed) this.draft = typed.value;
    this.isOpen = isOpen;
    if (isOpen) this.showFree();
    else void this.showTemplates();
  }

  // MARK: Free text

  showFree() {
    const form = new Form("Send", async ({ body }) => {
      const [file] = picker.files ?? [];
      const chosen = objects.chosen();
      if (chosen) {
        // What is typed besides did not go with it.
        await this.say(chosen);
        objects.clear();
      } else {
        await this.say(file ? { media: (await this.upload(file)).id, body: body || undefined } : { type: "text", body });
        // Somebody may have typed on meanwhile.
        if (input.value === body) input.value = "";
        if (picker.files?.[0] === file) picker.value = "";
      }
      this.note(input.value);
      input.focus();
    });
    const input = form.text("body", "Your answer", { rows: 3, maxlength: 4096 });
    input.value = this.draft;
    input.addEventListener("input", () => this.note(input.value));
    input.addEventListener("keydown", (/** @type {any} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.element.requestSubmit();
    });
    const picker = /** @type {HTMLInputElement} */ (form.text("media", "A file, with your answer as its caption", { type: "file" }));
    const objects = new ObjectChoice(this.where, this.signal);
    form.body.append(objects.element);
    fill(this.element, form.element, h("p", { class: "hint" }, "Ctrl and Enter sends it. ", this.price("service")));
  }

  /** @param {string} body */
  note(body) {
    this.draft = body;
    keepDraft(this.keep, { body });
  }

  /** @param {File} file */
  async upload(file) {
    if (this.uploaded?.file === file) return this.uploaded.answer;
    const { app, company } = this.where();
    const owner = [app, company].map(encodeURIComponent);
    const response = await request("POST", `/api/media?name=${encodeURIComponent(file.name)}&app=${owner[0]}&company=${owner[1]}`,
      { raw: file, headers: { "Content-Type": "application/octet-stream" } });
    const answer = await response.json();
    this.uploaded = { file, answer };
    return answer;
  }

  // MARK: Templates

  async showTemplates() {
    try {
      const usable = await templatesOf(this.where().sender, this.signal);
      if (this.isOpen) return;
      const kept = this.draft ? h("div", { class: "field" }, h("label", null, "What you had typed is still here; it can be sent once the contact writes ",
        h("textarea", {
          name: "draft", rows: 3, value: this.draft, on: { input: (/** @type {any} */ event) => this.note(event.target.value) },
        }))) : null;
      if (usable.length === 0) return fill(this.element, kept, h("p", { class: "warning" }, "This sender has no template that may be sent."));
      const form = new Form("Send the template", async () => {
        await this.say(picker.chosen());
      });
      const picker = new TemplatePicker(form, usable, (one) => fill(price, this.price(String(one.category ?? "").toLowerCase())));
      const price = h("p", { class: "hint" });
      picker.draw();
      fill(this.element, kept, form.element, price);
    } catch (error) { failed(this.element, error, () => void this.showTemplates()); }
  }

  /** @param {string} category */
  price(category) {
    const { prices } = this.where();
    const found = prices?.categories.find((/** @type {any} */ one) => one.category === category);
    if (!found) return "";
    const amount = found.least === found.most ? found.most : `${found.least} to ${found.most}`;
    return `Costs ${amount} ${prices.currency}.`;
  }
}

/**
 * Templates of a sender that may be sent.
 * @param {string} sender
 * @param {AbortSignal} signal
 * @returns {Promise<any[]>}
 */
export async function templatesOf(sender, signal) {
  const { templates, accounts } = await get("/api/templates", {}, signal);
  const own = accounts.filter((/** @type {any} */ account) => account.senders.includes(sender)).map((/** @type {any} */ account) => account.account);
  return templates.filter((/** @type {any} */ one) => own.includes(one.account) && (!one.status || /approved/i.test(one.status)));
}

/** A template, its words, and a field for each of its values. */
export class TemplatePicker {
  /** @param {Form} form @param {any[]} usable @param {(one: any) => void} [changed] */
  constructor(form, usable, changed) {
    this.usable = usable;
    this.changed = changed;
    this.values = h("div", null);
    /** @type {HTMLInputElement[]} */
    this.inputs = [];
    this.choice = form.choice("template_name", "Template", usable.map((one, place) => [String(place), `${one.name} ${one.language}`]));
    this.choice.addEventListener("change", () => this.draw());
    form.body.append(this.values);
  }

  draw() {
    const one = this.usable[Number(this.choice.value)];
    this.inputs = placeholders(one).map((name) => /** @type {HTMLInputElement} */ (h("input", { name })));
    fill(this.values, this.inputs.map((input) => h("div", { class: "field" }, h("label", null, `Value of ${input.name} `, input))), h("pre", { tabindex: "0" }, words(one)));
    this.changed?.(one);
  }

  /** As it is sent. */
  chosen() {
    const one = this.usable[Number(this.choice.value)];
    return {
      template_name: one.name, language_code: one.language,
      ...(this.inputs.length ? { parameters: Object.fromEntries(this.inputs.map((input) => [input.name, input.value])) } : {}),
    };
  }
}

/** A message with a name, instead of text. */
class ObjectChoice {
  /** @param {() => Where} where @param {AbortSignal} signal */
  constructor(where, signal) {
    this.where = where;
    this.signal = signal;
    /** @type {any[]} */
    this.all = [];
    /** @type {HTMLInputElement[]} */
    this.inputs = [];
    this.choice = /** @type {HTMLSelectElement} */ (h("select", { name: "object", "aria-label": "Object", on: { change: () => this.draw() } }, h("option", { value: "" }, "none")));
    this.values = h("div", null);
    this.trouble = h("div", null);
    this.element = h("details", { on: { toggle: () => void this.read() } }, h("summary", null, "An object instead: lists, buttons and what is said often"),
      h("p", null, this.choice), this.trouble, this.values);
  }

  async read() {
    if (this.all.length > 0) return;
    const { app, company } = this.where();
    try {
      const { objects } = await get("/api/objects", { app, company, limit: 100 }, this.signal);
      this.all = objects;
      fill(this.choice, h("option", { value: "" }, objects.length ? "none" : "there is none yet"), objects.map((/** @type {any} */ one) => h("option", { value: one.name }, one.name)));
      fill(this.trouble);
    } catch (error) { failed(this.trouble, error, () => void this.read()); }
  }

  draw() {
    const one = this.all.find(({ name }) => name === this.choice.value);
    this.inputs = (one?.placeholders ?? []).map((/** @type {string} */ name) => /** @type {HTMLInputElement} */ (h("input", { name })));
    fill(this.values, this.inputs.map((input) => h("div", { class: "field" }, h("label", null, `Value of ${input.name} `, input))),
      one ? h("pre", { tabindex: "0" }, JSON.stringify(one.definition.message, null, 2)) : null);
  }

  chosen() {
    if (!this.choice.value) return null;
    return { object: this.choice.value, values: Object.fromEntries(this.inputs.map((input) => [input.name, input.value])) };
  }

  clear() {
    this.choice.value = "";
    this.draw();
  }
}

/** @param {any} template */
function words(template) {
  return (template.components ?? []).map((/** @type {any} */ part) => part.text).filter(Boolean).join("\n");
}

/** @param {any} template @returns {string[]} */
function placeholders(template) {
  return [...new Set([...words(template).matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)].map((found) => found[1]))];
}

/**
 * What is tried again, as nobody knows whether it was taken, is the same message.
 */
export class SameKey {
  constructor() {
    /** @type {{words: string, key: string} | null} */
    this.asked = null;
  }

  /** @param {string} path @param {any} body */
  async post(path, body) {
    const words = JSON.stringify([path, body]);
    if (this.asked?.words !== words) this.asked = { words, key: crypto.randomUUID() };
    const answer = await change("POST", path, body, { "Idempotency-Key": this.asked.key });
    this.asked = null;
    return answer;
  }
}
