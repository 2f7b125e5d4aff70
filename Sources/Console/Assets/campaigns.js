// Campaigns: all of them, and making one.

import { get } from "./api.js";
import { SameKey } from "./composer.js";
import { fill, h } from "./dom.js";
import { Form } from "./form.js";
import { Pages } from "./pages.js";
import { badge, failed, heading } from "./parts.js";
import { Poll } from "./poll.js";
import { may } from "./session.js";
import { events } from "./stream.js";
import { Table } from "./table.js";
import { time } from "./time.js";
import { Progress, upload } from "./upload.js";
import { message, VariantFields } from "./variants.js";

export class CampaignsRoom {
  constructor() {
    this.abort = new AbortController();
    this.trouble = h("div", null);
    /** @type {Pages<any>} */
    this.pages = new Pages(async (after) => {
      const page = await get("/api/campaigns", { limit: 100, after }, this.abort.signal);
      fill(this.trouble);
      return { rows: page.campaigns, next: page.next };
    }, (rows) => this.table.show(rows), (error) => failed(this.trouble, error, () => void this.pages.read()), (/** @type {any} */ row) => row.id);
    /** @type {Table<any>} */
    this.table = new Table("Campaigns", [
      { name: "Name", cell: (row) => h("a", { href: `#/campaigns/${row.id}` }, row.name) },
      { name: "State", cell: (row) => badge(row.state) },
      { name: "Made", cell: (row) => time(row.createdAt) },
      { name: "Started", cell: (row) => (row.startedAt ? time(row.startedAt) : "") },
      { name: "Ended", cell: (row) => (row.endedAt ? time(row.endedAt) : "") },
    ], { none: "There is no campaign yet.", more: () => void this.pages.more() });
    this.element = h("div", null, heading("Campaigns"), this.trouble, this.table.element, may("send") ? this.maker() : null);
    this.poll = new Poll(() => this.pages.refresh());
    this.end = events.listen((changes, missed) => {
      if (missed || changes.some(({ kind }) => kind === "campaign")) this.poll.soon(1000);
    });
  }

  close() {
    this.abort.abort();
    this.poll.close();
    this.end();
  }

  maker() {
    const form = new Form("Make it", async (values) => {
      const definition = {
        name: values.name, sender: values.sender || undefined, pace: values.pace || undefined, ...(several.definition(values) ?? { message: message(values) }),
      };
      const words = JSON.stringify(definition);
      // Where only its list did not go up, it is there already.
      if (made?.words !== words) made = { words, id: (await key.post("/api/campaigns", definition)).id };
      const [file] = picker.files ?? [];
      if (file) await upload(made.id, file, progress, this.abort.signal);
      location.hash = `#/campaigns/${made.id}`;
    }, { keep: "campaign" });
    const key = new SameKey();
    /** @type {{words: string, id: string} | null} */
    let made = null;
    form.text("name", "Name", { required: true, maxlength: 200 });
    form.text("sender", "Sender, where there are several");
    const single = h("div", null);
    form.body.appendChild(single);
    form.into(single, () => {
      form.text("template_name", "Template");
      form.text("language_code", "Its language, such as it");
      form.text("parameters", "Its values, one a line; {{column}} is what the list has there", { rows: 3 });
      form.text("body", "Text, in place of a template", { rows: 2 });
    });
    form.text("pace", "Pace, such as 500/h");
    const several = new VariantFields(form, single, "campaign");
    const picker = /** @type {HTMLInputElement} */ (form.text("recipients", "The list, as CSV or one object a line", { type: "file", accept: ".csv,.ndjson,.jsonl,.txt" }));
    const progress = new Progress();
    form.body.appendChild(progress.element);
    return h("details", { class: "card" }, h("summary", null, "Make a campaign"), form.element);
  }
}
