// One conversation: what was said, who answers, and what one may say now.

import { at, change, get, request } from "./api.js";
import { Composer, SameKey } from "./composer.js";
import { editContact } from "./contact.js";
import { fill, h, redraw } from "./dom.js";
import { Form } from "./form.js";
import { action, badge, facts, failed, number, tell, tellError } from "./parts.js";
import { Poll } from "./poll.js";
import { may } from "./session.js";
import { span, time } from "./time.js";

export class Conversation {
  /**
   * @param {string} id
   * @param {() => void} changed by somebody here
   */
  constructor(id, changed) {
    this.id = id;
    this.changed = changed;
    this.abort = new AbortController();
    /** @type {any} */
    this.one = null;
    /** @type {any[]} */
    this.messages = [];
    /** @type {any[]} */
    this.agents = [];
    /** @type {string | undefined} */
    this.before = undefined;
    /** @type {string[]} */
    this.blobs = [];
    this.hasAgents = false;
    /** What stands in the head. */
    this.shown = "";
    /** What stands below the talk. */
    this.left = "";
    this.turn = 0;
    this.key = new SameKey();
    this.head = h("div", null);
    this.talk = h("ol", { class: "talk", tabindex: "0", "aria-label": "What was said" });
    /** @type {Map<string, HTMLElement>} by what they say */
    this.bubbles = new Map();
    this.older = action("Earlier", () => this.readOlder());
    this.older.hidden = true;
    this.window = h("p", { class: "hint" });
    this.composer = new Composer(() => this.one, (body) => this.say(body), this.abort.signal, `answer ${id}`);
    this.notes = h("div", null);
    this.trouble = h("div", null);
    this.element = h("div", null, h("p", { class: "back" }, h("a", { href: "#/inbox" }, "All conversations")),
      this.trouble, this.head, this.older, this.talk, this.window, this.composer.element, this.notesBox());
    this.clock = setInterval(() => this.showWindow(), 1000);
    this.poll = new Poll(() => this.read());
    addEventListener("focus", () => { this.markRead().catch(tellError); }, { signal: this.abort.signal });
  }

  close() {
    this.abort.abort();
    this.poll.close();
    clearInterval(this.clock);
    for (const url of this.blobs) URL.revokeObjectURL(url);
  }

  /** @param {import("./stream.js").Change[]} changes @param {boolean} missed */
  take(changes, missed) {
    const isOurs = changes.some(({ kind, data }) => (kind === "conversation" && data.id === this.id)
      || (kind === "send" && this.messages.some((message) => message.id === data.id)));
    if (isOurs || missed) this.poll.soon(300);
  }

  async read() {
    this.turn += 1;
    const { turn } = this;
    try {
      const one = await get(at`/api/conversations/${this.id}`, {}, this.abort.signal);
      if (!this.hasAgents) this.agents = (await get("/api/agents", {}, this.abort.signal)).agents;
      this.hasAgents = true;
      const page = await get(at`/api/conversations/${this.id}/messages`, { limit: 50 }, this.abort.signal);
      if (turn !== this.turn) return;
      this.one = one;
      this.takeNewest(page);
      fill(this.trouble);
      this.showHead();
      this.showWindow();
      await this.markRead();
    } catch (error) {
      failed(this.trouble, error, () => this.poll.soon(0));
    }
  }

  async markRead() {
    if (!(this.one?.unread > 0) || !may("send") || !document.hasFocus()) return;
    this.one.unread = 0;
    await change("POST", at`/api/conversations/${this.id}/read`, {});
  }

  /**
   * What was read further up stays, as far as it joins and is not too much.
   * @param {{messages: any[], next?: string}} page
   */
  takeNewest({ messages, next }) {
    const newest = messages.slice().reverse();
    const known = new Set(newest.map(key));
    const isJoined = this.messages.some((one) => known.has(key(one)));
    const older = isJoined ? this.messages.slice(0, this.messages.findIndex((one) => known.has(key(one)))) : [];
    const isKept = older.length > 0 && older.length + newest.length <= mostMessages;
    if (!isKept) this.before = next;
    this.messages = isKept ? [...older, ...newest] : newest;
    this.showTalk();
  }

  async readOlder() {
    const page = await get(at`/api/conversations/${this.id}/messages`, { limit: 50, before: this.before }, this.abort.signal);
    const known = new Set(this.messages.map(key));
    this.messages = [...page.messages.reverse().filter((/** @type {any} */ one) => !known.has(key(one))), ...this.messages];
    this.before = page.next;
    this.showTalk();
  }

  // MARK: Who answers

  showHead() {
    const { one } = this;
    // What is the same stays as it is, with whatever somebody is typing or about to press in it.
    const shown = JSON.stringify([one.name, one.mode, one.agent, one.assistant, one.assistantOn, one.archived, one.labels, one.contact, one.to]);
    if (shown === this.shown) return;
    this.shown = shown;
    const isManual = one.mode === "manual";
    /** @param {any} what @param {string} done */
    const patch = (what, done) => async () => {
      this.one = await change("PATCH", at`/api/conversations/${this.id}`, what);
      tell(done + (this.one.underWay?.length ? ` ${this.one.underWay.length} had gone before.` : ""));
      this.showHead();
    };
    const buttons = may("send") ? [
      one.assistant ? action(one.assistantOn ? "Switch the assistant off" : "Switch the assistant on", patch({ assistantOn: !one.assistantOn },
        one.assistantOn ? "The assistant is off." : "The assistant is on.")) : null,
      action(isManual ? "Let it be automatic" : "Take over", patch({ mode: isManual ? "automatic" : "manual" },
        isManual ? "It is automatic again." : "You answer now; nothing else does.")),
      action(one.archived ? "Take out of the archive" : "Archive", patch({ archived: !one.archived },
        one.archived ? "It is among the others again." : "It is archived.")),
      one.contact ? action("Edit the contact", () => editContact(one, () => void this.read())) : null,
    ] : [];
    redraw(this.head, h("div", { class: "heading" }, h("h2", { class: "grow" }, one.name ?? "Without a name"), badge(one.mode), buttons),
      facts([
        ["Number", number(one.to, "conversation", one.id)], ["Sender", one.sender],
        ["Agent", this.agents.length > 0 && may("send") ? this.agentChoice() : one.agent],
        ["Assistant", one.assistant && `${one.assistant}, ${one.assistantOn ? "on" : "off"}`],
        ["Labels", may("send") ? this.labels() : one.labels.join(", ")], ["Archived", one.archived ? "yes" : ""],
      ]));
  }

  /** Each with a button that takes it away, and room for another. */
  labels() {
    /** @param {string[]} labels */
    const save = async (labels) => {
      this.one = await change("PATCH", at`/api/conversations/${this.id}`, { labels });
      this.showHead();
      this.changed();
    };
    const input = /** @type {HTMLInputElement} */ (h("input", { name: "label", "aria-label": "Another label", maxlength: 50, size: 12 }));
    return h("form", {
      class: "labels", "aria-label": "Labels", on: {
        submit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          const label = input.value.trim();
          if (!label) return;
          try {
            await save([...this.one.labels, label]);
            /** @type {HTMLElement | null} */ (this.head.querySelector("input[name=label]"))?.focus();
          } catch (error) { tellError(error); }
        },
      },
    }, this.one.labels.map((/** @type {string} */ label) => h("span", { class: "badge plain" }, label, " ",
      action("×", () => save(this.one.labels.filter((/** @type {string} */ one) => one !== label)), { class: "link", "aria-label": `Take the label ${label} away` }))),
    input, h("button", null, "Add"));
  }

  agentChoice() {
    const known = ["guest", ...this.agents.map((agent) => agent.name)];
    const names = known.includes(this.one.agent ?? "guest") ? known : [...known, this.one.agent];
    const choice = /** @type {HTMLSelectElement} */ (h("select", {
      "aria-label": "Who is in charge", on: {
        change: async () => {
          try {
            this.one = await change("PATCH", at`/api/conversations/${this.id}`, { agent: choice.value === "guest" ? null : choice.value });
            tell(`${choice.value} is in charge.`);
          } catch (error) {
            tellError(error);
            this.shown = "";
          }
          this.showHead();
        },
      },
    }, names.map((name) => h("option", { value: name, selected: name === (this.one.agent ?? "guest") }, name))));
    return choice;
  }

  /** Free text may be sent for 24 hours from the contact's last message; then only a template. */
  showWindow() {
    if (!this.one) return;
    const left = this.one.windowUntil ? (new Date(this.one.windowUntil).getTime() - Date.now()) / 1000 : 0;
    const isOpen = left > 0;
    const words = isOpen ? span(left) : "";
    if (words !== this.left || !this.window.firstChild) {
      fill(this.window, isOpen ? ["Free text may be sent for another ", words, ", until ", time(this.one.windowUntil), "."]
        : "The contact has not written for 24 hours: only a template may be sent.");
    }
    this.left = words;
    if (may("send")) this.composer.show(isOpen);
  }

  // MARK: Saying something

  /** @param {any} body */
  async say(body) {
    const answer = await this.key.post(at`/api/conversations/${this.id}/messages`, body);
    tell(["It is sent.", ...(answer.warnings ?? [])].join(" "));
    await this.read();
  }

  // MARK: What was said

  /** What says the same stays as it is, with what plays or was opened in it. */
  showTalk() {
    this.older.hidden = !this.before;
    const { talk } = this;
    const isAtEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40;
    const [height, top] = [talk.scrollHeight, talk.scrollTop];
    const wasThere = talk.firstElementChild;
    /** @type {Map<string, HTMLElement>} */
    const kept = new Map();
    for (const message of this.messages) {
      const words = JSON.stringify(message);
      if (!kept.has(words)) kept.set(words, this.bubbles.get(words) ?? this.bubble(message));
    }
    for (const [words, element] of this.bubbles) if (!kept.has(words)) element.remove();
    this.bubbles = kept;
    /** @type {Element | null} */
    let place = talk.firstElementChild;
    for (const element of kept.values()) {
      if (element === place) place = place.nextElementSibling;
      else talk.insertBefore(element, place);
    }
    this.forgetFiles();
    if (isAtEnd || !wasThere) talk.scrollTop = talk.scrollHeight;
    // What came above what somebody reads moves it down.
    else if (wasThere !== talk.firstElementChild) talk.scrollTop = top + talk.scrollHeight - height;
  }

  /** Those that are not shown any more. */
  forgetFiles() {
    this.blobs = this.blobs.filter((url) => {
      const isShown = [...this.talk.querySelectorAll("img, audio, video, a[download]")].some((one) => (one.getAttribute("src") ?? one.getAttribute("href")) === url);
      if (!isShown) URL.revokeObjectURL(url);
      return isShown;
    });
  }

  /** @param {any} message */
  bubble(message) {
    const who = message.direction === "inbound" ? "contact"
      : message.direction === "withheld" ? "assistant, withheld" : message.author ?? message.campaign ?? "sent";
    const small = h("small", null, `${who} · `, time(message.at), " ", message.state
      ? h("a", { href: `#/sends/${message.id}` }, message.state) : "");
    return h("li", { class: message.direction }, text(message), this.files(message), small);
  }

  /** @param {any} message */
  files(message) {
    return (message.message?.media ?? []).map((/** @type {any} */ file, /** @type {number} */ place) => {
      const box = h("div", null);
      box.append(action(`Show the ${file.filename ?? file.contentType ?? "file"}`, async () => {
        const path = at`/api/conversations/${this.id}/messages/${message.providerId}/media/${String(place)}`;
        const blob = await (await request("GET", path, { signal: this.abort.signal })).blob();
        const url = URL.createObjectURL(blob);
        this.blobs.push(url);
        fill(box, seen(blob.type, url, file.filename ?? "file"));
      }));
      return box;
    });
  }

  // MARK: Notes

  notesBox() {
    const form = new Form("Note it", async ({ text: note }) => {
      await change("POST", at`/api/conversations/${this.id}/notes`, { text: note });
      if (input.value === note) input.value = "";
      await this.readNotes();
    }, { quiet: true, keep: `note ${this.id}` });
    const input = form.text("text", "A note, which the contact never sees", { rows: 2, maxlength: 4000 });
    return h("details", { on: { toggle: () => this.readNotes().catch(tellError) } }, h("summary", null, "Notes"),
      this.notes, may("send") ? form.element : null);
  }

  async readNotes() {
    const { notes } = await get(at`/api/conversations/${this.id}/notes`, {}, this.abort.signal);
    fill(this.notes, notes.length === 0 ? h("p", { class: "hint" }, "There are none.") : h("ul", null,
      notes.map((/** @type {any} */ note) => h("li", { class: "grow" }, note.text, " ", h("small", { class: "hint" }, `${note.author} · `, time(note.at))))));
  }
}

const mostMessages = 1000;

/** @param {any} message */
function key(message) {
  return `${message.direction} ${message.id ?? message.providerId} ${message.at}`;
}

/**
 * Only what cannot run anything is shown in the page; the rest is saved.
 * @param {string} type
 * @param {string} url
 * @param {string} name
 */
function seen(type, url, name) {
  if (/^image\/(jpeg|png|webp|gif)$/.test(type)) return h("img", { src: url, alt: name });
  if (/^(video|audio)\/[\w.+-]+$/.test(type)) return h(type.startsWith("video") ? "video" : "audio", { src: url, controls: true });
  return h("a", { href: url, download: name }, `Save ${name}`);
}

/** @param {any} message */
function text(message) {
  if (message.direction === "withheld") {
    const withheld = (message.withheld ?? []).map((/** @type {any} */ one) => one.body ?? JSON.stringify(one)).join("\n");
    return `${withheld}\n(${message.verdict}: ${message.reason ?? ""})`;
  }
  if (message.text) return message.text;
  const asked = message.request;
  if (!asked) return `(${message.kind ?? "message"})`;
  if (asked.body) return asked.body;
  const part = asked[asked.type];
  if (typeof part?.caption === "string" && part.caption) return part.caption;
  if (typeof part?.body === "string") return part.body;
  if (asked.template_name) return `Template ${asked.template_name} ${Object.values(asked.parameters ?? {}).join(", ")}`;
  if (message.template || asked.template) {
    const values = (asked.template?.components ?? []).flatMap((/** @type {any} */ part) => (part.parameters ?? []).map((/** @type {any} */ one) => one.text));
    return [`Template ${message.template ?? asked.template.name}`, ...values.filter(Boolean)].join(" · ");
  }
  return `(${asked.type ?? asked.object ?? "message"})`;
}
