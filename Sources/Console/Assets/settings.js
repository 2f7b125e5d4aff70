// The settings that are in force: to be looked at, without secrets.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { failed, heading, sentence } from "./parts.js";
import { may, session } from "./session.js";

export class SettingsRoom {
  constructor() {
    this.abort = new AbortController();
    this.body = h("div", null, h("p", { class: "hint" }, "Loading…"));
    this.element = h("div", null, heading("Settings"), this.body);
    if (may("admin") && !session?.app) void this.read();
    else fill(this.body, h("p", { class: "hint" }, "They are for keys of every tenant with the scope admin."));
  }

  close() { this.abort.abort(); }

  async read() {
    try {
      this.show(await get("/api/settings", {}, this.abort.signal));
    } catch (error) {
      failed(this.body, error, () => void this.read());
    }
  }

  /** @param {any} found */
  show(found) {
    fill(this.body,
      h("p", { class: "hint" }, found.file ? ["As they were read from ", h("code", { class: "grow" }, found.file), ". "] : "They come from the environment, or stand in the program. ",
        "What is not here has its default. They are changed in the file and taken up by SIGHUP; secrets are not shown."),
      found.fileReadable === false ? h("p", { class: "warning" }, "The file has faults now, or cannot be read: `postrider config check` says which. What was read before stays in force.") : null,
      found.changedInFile.length > 0 ? h("section", { class: "card" }, h("h2", null, "What differs from the file"),
        h("p", { class: "warning" }, "The file was changed since; SIGHUP, or the next start, takes it up:"),
        h("ul", null, found.changedInFile.map((/** @type {string} */ path) => h("li", { class: "grow" }, h("code", null, path))))) : null,
      found.madeAtRunTime.length > 0 ? h("section", { class: "card" }, h("h2", null, "What stands in no file"),
        h("p", null, "Senders of accounts that were made at run time: ", found.madeAtRunTime.join(", "), ". ", h("a", { href: "#/accounts" }, "Accounts"))) : null,
      found.warnings.map((/** @type {string} */ words) => h("p", { class: "warning" }, sentence(words))),
      found.settings ? h("section", { class: "card" }, h("h2", null, "As they were written"), tree(found.settings, true)) : null);
  }
}

/** @param {any} value @param {boolean} [isOpen] @returns {Node} */
function tree(value, isOpen = false) {
  if (value === null || typeof value !== "object") return h("code", { class: "grow" }, JSON.stringify(value));
  const entries = Object.entries(value);
  if (entries.length === 0) return h("code", null, Array.isArray(value) ? "[]" : "{}");
  return h("ul", { class: "tree" }, entries.map(([name, item]) => {
    if (item === null || typeof item !== "object") return h("li", { class: "grow" }, `${name}: `, tree(item));
    const more = Object.keys(item).length;
    return h("li", null, h("details", { open: isOpen && more <= 3 }, h("summary", null, `${name} (${more})`), tree(item)));
  }));
}
