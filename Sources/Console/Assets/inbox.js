// Conversations: the list, and beside it the one that is open.

import { at, change, get } from "./api.js";
import { editContact, newContact } from "./contact.js";
import { Conversation } from "./conversation.js";
import { fill, h, KeyedList, say } from "./dom.js";
import { action, failed, heading, masked, tell, tellError } from "./parts.js";
import { may } from "./session.js";
import { events } from "./stream.js";
import { swipeable } from "./swipe.js";
import { time } from "./time.js";

export class InboxRoom {
  /** @param {string | undefined} id */
  constructor(id) {
    this.abort = new AbortController();
    this.filter = { archived: false, unread: location.hash.endsWith("?unread"), q: "" };
    /** @type {Map<string, any>} */
    this.known = new Map();
    /** @type {string | undefined} */
    this.next = undefined;
    this.timer = 0;
    this.trouble = h("div", null);
    this.list = h("ul", { class: "list", "aria-label": "Conversations" });
    this.keyed = new KeyedList(this.list, (/** @type {any} */ one) => one.id, (one) => this.row(one), (row, one) => this.update(row, one));
    this.hint = h("p", { class: "hint" });
    this.more = action("More", () => this.read(this.next));
    this.place = h("div", { class: "open-one" });
    this.box = h("div", { class: "inbox" }, h("div", { class: "listing" }, this.filters(), this.trouble, this.list, this.hint, this.more), this.place);
    this.element = h("div", null, heading("Inbox", may("send") ? action("New contact", async () => newContact()) : null), this.box);
    /** @type {Conversation | null} */
    this.open = null;
    this.end = events.listen((changes, missed) => {
      const isOurs = changes.some(({ kind }) => kind === "conversation");
      if ((isOurs || missed) && !this.timer) {
        this.timer = setTimeout(() => { this.timer = 0; void this.read(); }, 500);
      }
      this.open?.take(changes, missed);
    });
    this.move(id ? [id] : []);
    void this.read();
  }

  close() {
    this.abort.abort();
    this.open?.close();
    clearTimeout(this.timer);
    this.end();
  }

  /** @param {string[]} words */
  move([id]) {
    if (this.open?.id === id && id) return true;
    this.open?.close();
    this.open = id ? new Conversation(id, () => void this.read()) : null;
    this.box.classList.toggle("open", Boolean(id));
    fill(this.place, this.open ? this.open.element : h("p", { class: "hint" }, "Choose a conversation."));
    this.mark();
    return true;
  }

  mark() {
    for (const link of this.list.querySelectorAll("a")) {
      if (this.open && link.getAttribute("href") === `#/inbox/${this.open.id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  filters() {
    /** @param {string} words @param {boolean} isOn @param {(isOn: boolean) => void} set */
    const toggle = (words, isOn, set) => {
      const button = h("button", {
        type: "button", "aria-pressed": String(isOn), on: {
          click: () => {
            const next = button.getAttribute("aria-pressed") !== "true";
            button.setAttribute("aria-pressed", String(next));
            set(next);
            void this.read();
          },
        },
      }, words);
      return button;
    };
    const input = /** @type {HTMLInputElement} */ (h("input", { type: "search", "aria-label": "Find a conversation", placeholder: "Name, number, words" }));
    return h("form", {
      class: "filters", role: "search", "aria-label": "Conversations", on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.filter.q = input.value.trim();
          void this.read();
        },
      },
    }, input, toggle("Unread", this.filter.unread, (isOn) => { this.filter.unread = isOn; }),
      toggle("Archived", false, (isOn) => { this.filter.archived = isOn; }));
  }

  /** @param {string} [after] */
  async read(after) {
    const { archived, unread, q } = this.filter;
    try {
      const page = await get("/api/conversations", {
        ...(q ? { q } : { archived, unread: unread || undefined }), limit: 50, after,
      }, this.abort.signal);
      if (!after) this.known.clear();
      for (const one of page.conversations) this.known.set(one.id, one);
      this.next = page.next;
      fill(this.trouble);
      this.keyed.show([...this.known.values()]);
      say(this.hint, this.known.size === 0 ? "There is no conversation like that." : "");
      this.more.hidden = !page.next;
      this.mark();
    } catch (error) {
      failed(this.trouble, error, () => void this.read());
    }
  }

  /** @param {any} one */
  row(one) {
    const row = h("li", null, h("a", { href: `#/inbox/${one.id}`, draggable: "false" },
      h("span", { class: "name" }), h("span", { class: "side" }), h("span", { class: "preview" })));
    // With a finger, as people of mail and chats know it: to the right it goes to the archive, to the left it is edited.
    if (may("send")) swipeable(row, () => void this.archive(one.id), () => { editContact(this.known.get(one.id), () => void this.read()).catch(tellError); });
    return row;
  }

  /** @param {string} id */
  async archive(id) {
    const isArchived = !this.filter.archived;
    try {
      await change("PATCH", at`/api/conversations/${id}`, { archived: isArchived });
      tell(isArchived ? "It is archived." : "It is among the others again.");
      await this.read();
    } catch (error) { tellError(error); }
  }

  /** @param {HTMLElement} row @param {any} one */
  update(row, one) {
    const [name, side, preview] = row.querySelectorAll("span");
    say(name, one.name ?? masked(one.to));
    const marks = [one.unread > 0 ? h("span", { class: "unread" }, `${one.unread} new`) : null, " ", time(one.lastAt)];
    fill(side, marks);
    say(preview, `${one.mode === "manual" ? "manual · " : ""}${one.labels.map((/** @type {string} */ label) => `#${label} `).join("")}${one.preview ?? ""}`);
  }
}
