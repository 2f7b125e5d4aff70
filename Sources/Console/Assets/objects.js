// Messages that have a name: made and changed here, checked for each provider when they are saved.

import { at, change, get, Refusal } from "./api.js";
import { fill, h } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, facts, failed, heading, sure, tell } from "./parts.js";
import { may, session } from "./session.js";
import { time } from "./time.js";

/** @typedef {{app: string, company: string} | {}} Owner */

/**
 * Those whose things one may see: for who sees several, each has objects of its own.
 * @param {AbortSignal} signal
 * @returns {Promise<{app: string, company: string}[]>}
 */
export async function tenants(signal) {
  if (session?.app) return [];
  const { apps, twilio } = await get("/api/accounts", {}, signal);
  const senders = [...(apps ?? []).flatMap((/** @type {any} */ one) => one.wabas.flatMap((/** @type {any} */ waba) => waba.phones)),
    ...(twilio ?? []).flatMap((/** @type {any} */ one) => one.senders)];
  const names = new Map(senders.map((one) => [JSON.stringify([one.app ?? "NODEFINED", one.company ?? "NODEFINED"]),
    { app: one.app ?? "NODEFINED", company: one.company ?? "NODEFINED" }]));
  return names.size > 1 ? [...names.values()] : [];
}

export class ObjectsRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    this.list = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.editor = h("div", null);
    this.choice = h("div", null);
    /** @type {Owner} */
    this.owner = {};
    this.element = h("div", null, heading("Objects", may("send") ? action("Make one", async () => this.edit(null)) : null),
      h("p", { class: "hint" }, "Messages with a name, for systems and people to send. Lists and reply buttons are sent in this way only."),
      this.choice, this.editor, this.trouble, this.list);
    void this.begin();
  }

  close() { this.abort.abort(); }

  async begin() {
    try {
      const all = await tenants(this.abort.signal);
      if (all.length > 0) {
        this.owner = all[0];
        const choice = /** @type {HTMLSelectElement} */ (h("select", {
          "aria-label": "Whose", on: { change: () => { this.owner = all[Number(choice.value)]; fill(this.editor); void this.read(); } },
        }, all.map(({ app, company }, place) => h("option", { value: String(place) }, `${app}, ${company}`))));
        fill(this.choice, h("p", null, choice));
      }
      await this.read();
    } catch (error) { failed(this.trouble, error, () => void this.begin()); }
  }

  /** @param {string} [after] */
  async read(after) {
    try {
      const page = await get("/api/objects", { ...this.owner, limit: 50, after }, this.abort.signal);
      fill(this.trouble);
      if (!after) fill(this.list, page.objects.length === 0 ? h("p", { class: "hint" }, "There is none yet.") : null);
      this.list.append(...page.objects.map((/** @type {any} */ one) => this.card(one)));
      if (page.next) {
        const more = action("More", async () => { more.remove(); await this.read(page.next); });
        this.list.append(more);
      }
    } catch (error) { failed(this.trouble, error, () => void this.read()); }
  }

  /** @param {any} one */
  card(one) {
    return h("section", { class: "card", "data-object": one.name },
      h("div", { class: "heading" }, h("h2", { class: "grow" }, one.name), may("send") ? [
        action("Change", async () => this.edit(one), { "aria-label": `Change ${one.name}` }),
        action("Delete", async () => {
          if (!(await sure(`Delete ${one.name}?`, "Who names it is refused from then on. What was sent stays.", "Delete"))) return;
          await change("DELETE", this.path(one.name));
          tell(`${one.name} is deleted.`);
          await this.read();
        }, { class: "danger", "aria-label": `Delete ${one.name}` })] : null),
      one.definition.about ? h("p", null, one.definition.about) : null,
      facts([["Version", one.version], ["Changed", time(one.changedAt)], ["Values", (one.placeholders ?? []).join(", ")]]),
      verdicts(one),
      h("details", null, h("summary", null, "What it says"), h("pre", { tabindex: "0" }, JSON.stringify(one.definition, null, 2))));
  }

  /** @param {string} name */
  path(name) {
    const query = new URLSearchParams(/** @type {Record<string, string>} */ (this.owner)).toString();
    return at`/api/objects/${name}` + (query ? `?${query}` : "");
  }

  /** @param {any} one nothing for a new one */
  edit(one) {
    const known = one?.definition ?? {};
    const form = new Form(one ? "Save the change" : "Save it", async (values) => {
      const body = {
        name: one?.name ?? values.name, ...(values.about ? { about: values.about } : {}), message: messageOf(values),
        ...(values.twilio ? { twilio: JSON.parse(checked(values.twilio, "twilio")) } : {}),
        ...(values.examples ? { examples: Object.fromEntries(pairs(values.examples)) } : {}),
      };
      const query = new URLSearchParams(/** @type {Record<string, string>} */ (this.owner)).toString();
      const saved = one ? await change("PUT", `${this.path(one.name)}${query ? "&" : "?"}version=${one.version}`, body)
        : await change("POST", query ? `/api/objects?${query}` : "/api/objects", body);
      fill(this.editor, h("section", { class: "card" }, h("p", null, `${saved.name} is saved, as version ${saved.version}.`), verdicts(saved)));
      tell(`${saved.name} is saved.`);
      await this.read();
    });
    if (!one) form.text("name", "Name, in small letters, digits and underscores", { required: true, maxlength: 512 });
    form.text("about", "What it is for", { value: known.about ?? "", maxlength: 1000 });
    const [kind, text, buttons] = partsOf(known.message);
    form.choice("kind", "Kind", [["text", "Text"], ["buttons", "Text with reply buttons"], ["json", "Any other, as JSON"]], kind);
    form.text("message", "What it says; {{name}} is a value", { rows: 4, value: text, required: true });
    form.text("buttons", "Reply buttons, one a line, at most three", { rows: 3, value: buttons });
    form.text("twilio", "In its place where the sender is Twilio's, as JSON", { rows: 2, value: known.twilio ? JSON.stringify(known.twilio) : "" });
    form.text("examples", "Values to check it with, one a line: name = Zoë", { rows: 2, value: Object.entries(known.examples ?? {}).map(([name, value]) => `${name} = ${value}`).join("\n") });
    form.button.after(h("button", { type: "button", on: { click: () => fill(this.editor) } }, "Leave it"));
    fill(this.editor, h("section", { class: "card" }, h("h2", null, one ? `Change ${one.name}` : "A new object"), form.element));
    /** @type {HTMLElement | null} */ (form.element.querySelector("input, textarea"))?.focus();
  }
}

/** @param {any} one */
function verdicts(one) {
  return h("ul", null, (one.verdicts ?? []).map((/** @type {any} */ verdict) => h("li", { class: "grow" }, badge(verdict.taken ? "taken" : "not taken"), ` ${verdict.channel}: ${verdict.sentence} `,
    (verdict.errors ?? []).map((/** @type {any} */ fault) => `${fault.pointer} ${fault.detail}.`).join(" "))));
}

/**
 * As the form shows it.
 * @param {any} message
 * @returns {[string, string, string]} kind, text, buttons
 */
function partsOf(message) {
  if (!message) return ["text", "", ""];
  if (typeof message.body === "string" && Object.keys(message).every((name) => ["body", "type"].includes(name))) return ["text", message.body, ""];
  const { interactive } = message;
  const known = interactive?.type === "button" && !interactive.header && !interactive.footer && typeof interactive.body?.text === "string";
  if (known && interactive.action.buttons.every((/** @type {any} */ one) => one.reply)) {
    return ["buttons", interactive.body.text, interactive.action.buttons.map((/** @type {any} */ one) => one.reply.title).join("\n")];
  }
  return ["json", JSON.stringify(message, null, 2), ""];
}

/** @param {Record<string, string>} values */
function messageOf({ kind, message, buttons }) {
  if (kind === "json") return JSON.parse(checked(message, "message"));
  if (kind === "text") return { body: message };
  const titles = buttons.split("\n").map((line) => line.trim()).filter(Boolean);
  return {
    type: "interactive", interactive: {
      type: "button", body: { text: message },
      action: { buttons: titles.map((title, place) => ({ type: "reply", reply: { id: `button-${place + 1}`, title } })) },
    },
  };
}

/**
 * Told beside its field, as the server would.
 * @param {string} text
 * @param {string} field
 */
function checked(text, field) {
  try { JSON.parse(text); } catch { throw new Refusal(422, "", [{ pointer: `/${field}`, detail: "must be JSON" }]); }
  return text;
}

/** @param {string} text @returns {[string, string][]} */
function pairs(text) {
  return text.split("\n").filter((line) => line.includes("=")).map((line) => {
    const place = line.indexOf("=");
    return [line.slice(0, place).trim(), line.slice(place + 1).trim()];
  });
}
