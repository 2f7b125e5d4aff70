// Templates as their providers have them. To be looked at.

import { get } from "./api.js";
import { fill, h } from "./dom.js";
import { badge, failed, heading, sentence } from "./parts.js";
import { Table } from "./table.js";
import { time } from "./time.js";

export class TemplatesRoom {
  constructor() {
    this.abort = new AbortController();
    this.notes = h("div", null);
    this.table = new Table("Templates", [
      { name: "Name", cell: (row) => h("strong", { class: "grow" }, row.name) },
      { name: "Language", cell: (row) => row.language },
      { name: "Status", cell: (row) => (row.status ? badge(row.status.toLowerCase()) : "") },
      { name: "Category", cell: (row) => (row.announcedCategory ? `${row.category}, soon ${row.announcedCategory}` : row.category) },
      { name: "Quality", cell: (row) => row.quality ?? "" },
      { name: "Account", cell: (row) => row.account },
      { name: "What to know", cell: (row) => [row.rejection, ...(row.warnings ?? [])].filter(Boolean).map(sentence).join(" ") },
    ], { none: "There is no template." });
    this.element = h("div", null, heading("Templates"), this.notes, this.table.element);
    void this.read();
  }

  close() { this.abort.abort(); }

  async read() {
    try {
      const { templates, accounts } = await get("/api/templates", {}, this.abort.signal);
      fill(this.notes, accounts.map((/** @type {any} */ account) => h("p", { class: account.failure ? "warning" : "hint" },
        `${account.senders.join(", ")}: `, account.failure ? sentence(account.failure) : account.listedAt ? ["read at ", time(account.listedAt), "."] : "never read.")));
      this.table.show(templates);
    } catch (error) {
      failed(this.notes, error, () => void this.read());
    }
  }
}
