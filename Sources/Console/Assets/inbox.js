// Conversations: the list, and beside it the one that is open.

import { at, change, get } from "./api.js";
import { editContact, newContact } from "./contact.js";
import { Conversation } from "./conversation.js";
import { fill, h, KeyedList, say } from "./dom.js";
import { action, failed, heading, masked, tell, tellError } from "./parts.js";
import { Poll } from "./poll.js";
import { may } from "./session.js";
import { events } from "./stream.js";
import { swipeable } from "./swipe.js";
import { time } from "./time.js";

/** At once, when something changed. */
const mostRead = 300;

export class InboxRoom {
  /** @param {string | undefined} id */
  constructor(id) {
    this.abort = new AbortController();
    this.filter = { archived: false, unread: location.hash.endsWith("?unread"), q: "" };
    /** @type {Map<string, any>} */
    this.known = new Map();
    /** @type {string | undefined} */
    this.next = undefined;
    this.turn = 0;
    this.trouble = h("div", null);
    this.list = h("ul", { class: "list", "aria-label": "Conversations" });
    this.keyed = new KeyedList(this.list, (/** @type {any} */ one) => one.id, (one) => this.row(one), (row, one) => this.update(row, one));
    this.hint = h("p", { class: "hint" });
    this.more = action("More", () => this.read(this.next));
    this.place = h("div", { class: "open-one", tabindex: "-1" });
    this.listing = h("div", { class: "listing" }, this.filters(), this.trouble, this.list, this.hint, this.more);
    this.box = h("div", { class: "inbox" }, this.listing, this.place);
    this.element = h("div", null, heading("Inbox", may("send") ? action("New contact", async () => newContact()) : null), this.box);
    /** @type {Conversation | null} */
    this.open = null;
    this.end = events.listen((changes, missed) => {
      const isOurs = changes.some(({ kind }) => kind === "conversation");
      if (isOurs || missed) this.poll.soon(500);
      this.open?.take(changes, missed);
    });
    this.poll = new Poll(() => this.read());
    this.move(id ? [id] : []);
  }

  close() {
    this.abort.abort();
    this.open?.close();
    this.poll.close();
    this.end();
  }

  /** @param {string[]} words */
  move([id]) {
    if (this.open?.id === id && id) return true;
    this.open?.close();
    const wasOpen = Boolean(this.open);
    this.open = id ? new Conversation(id, () => void this.read()) : null;
    this.box.classList.toggle("open", Boolean(id));
    fill(this.place, this.open ? this.open.element : h("p", { class: "hint" }, "Choose a conversation."));
    this.mark();
    // On a phone one of the two is hidden, and the focus would be gone with it.
    if (this.listing.isConnected && id && getComputedStyle(this.listing).display === "none") this.place.focus({ preventScroll: true });
    else if (this.listing.isConnected && !id && wasOpen) this.list.querySelector("a")?.focus({ preventScroll: true });
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

  /**
   * As many as are there already, or those after a place.
   * @param {string} [after]
   */
  async read(after) {
    this.turn += 1;
    const { turn } = this;
    const { archived, unread, q } = this.filter;
    const wanted = after ? 50 : Math.min(mostRead, Math.max(50, this.known.size));
    try {
      /** @type {Map<string, any>} */
      const found = new Map(after ? this.known : []);
      const goal = found.size + wanted;
      /** @type {string | undefined} */
      let next = after;
      do {
        const page = await get("/api/conversations", {
          ...(q ? { q } : { archived, unread: unread || undefined }), limit: Math.min(100, wanted), after: next,
        }, this.abort.signal);
        for (const one of page.conversations) found.set(one.id, one);
        next = page.next;
      } while (next && found.size < goal && turn === this.turn);
      if (turn !== this.turn) return;
      this.known = found;
      this.next = next;
      fill(this.trouble);
      this.keyed.show([...found.values()]);
      say(this.hint, found.size === 0 ? "There is no conversation like that." : "");
      this.more.hidden = !next;
      this.mark();
    } catch (error) {
      failed(this.trouble, error, () => this.poll.soon(0));
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
