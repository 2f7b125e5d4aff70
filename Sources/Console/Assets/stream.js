// One stream of events for all tabs: a browser keeps no more than six connections to one place, and a stream holds one for
// as long as it lasts. The tab that has the lock reads it and passes it on; when that one goes, another has the lock and goes
// on where it was. What comes is gathered and told a few times a second, so that a flood costs no more than a trickle.

import { Refusal, request } from "./api.js";

/**
 * @typedef {object} Change
 * @property {"send" | "conversation" | "campaign" | "inbound"} kind
 * @property {any} data
 */

/** @typedef {{state: "live" | "paused" | "stale" | "starting", since: number}} Standing */

const most = 5000;

/** @param {any} data @returns {Change["kind"]} */
function kind(data) {
  if (data.act !== undefined) return "conversation";
  if (data.counts !== undefined) return "campaign";
  if (data.raw !== undefined) return "inbound";
  return "send";
}

export class EventClient {
  constructor() {
    /** @type {Set<(changes: Change[], missed: boolean) => void>} */
    this.listeners = new Set();
    /** @type {Set<(standing: Standing) => void>} */
    this.watchers = new Set();
    /** @type {Standing} */
    this.standing = { state: "starting", since: Date.now() };
    this.place = "";
    /** @type {Change[]} */
    this.waiting = [];
    this.missed = false;
    this.timer = 0;
    this.tries = 0;
    /** @type {AbortController | null} */
    this.abort = null;
    /**
     * While the lock is held or waited for.
     * @type {AbortController | null}
     */
    this.wanted = null;
    this.isPaused = false;
    this.isReader = false;
    this.channel = new BroadcastChannel("postrider-events");
    this.channel.addEventListener("message", ({ data }) => this.hear(data));
  }

  /** @param {{changes?: Change[], missed?: boolean, place?: string, standing?: Standing, asks?: boolean}} told by another tab */
  hear(told) {
    if (told.asks) {
      if (this.isReader) this.channel.postMessage({ standing: this.standing, place: this.place });
      return;
    }
    if (this.isReader) return;
    if (told.place) this.place = told.place;
    if (this.isPaused) return;
    if (told.standing) this.become(told.standing.state === "paused" ? "stale" : told.standing.state, told.standing.since);
    if (told.changes) for (const listener of this.listeners) listener(told.changes, told.missed ?? false);
  }

  /**
   * @param {(changes: Change[], missed: boolean) => void} listener `missed`: some did not come, so what is shown is to be read again
   * @returns {() => void} ends it
   */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** @param {(standing: Standing) => void} watcher */
  watch(watcher) {
    this.watchers.add(watcher);
    watcher(this.standing);
  }

  start() {
    // What other tabs were told meanwhile did not reach this one.
    if (this.isPaused) for (const listener of this.listeners) listener([], true);
    this.isPaused = false;
    if (this.wanted) return this.channel.postMessage({ asks: true });
    this.wanted = new AbortController();
    const { signal } = this.wanted;
    this.channel.postMessage({ asks: true });
    navigator.locks.request("postrider-events", { signal }, () => this.read()).catch(() => {});
  }

  pause() {
    this.isPaused = true;
    this.wanted?.abort();
    this.wanted = null;
    this.abort?.abort();
    this.become("paused");
  }

  /**
   * @param {Standing["state"]} state
   * @param {number} [since]
   */
  become(state, since = Date.now()) {
    if (this.standing.state === state) return;
    this.standing = { state, since };
    for (const watcher of this.watchers) watcher(this.standing);
    if (this.isReader) this.channel.postMessage({ standing: this.standing });
  }

  async read() {
    this.isReader = true;
    try {
      await this.run();
    } finally {
      this.isReader = false;
      if (!this.isPaused) this.wanted = null;
    }
  }

  async run() {
    while (!this.isPaused) {
      this.abort = new AbortController();
      try {
        await this.follow(this.abort.signal);
      } catch (error) {
        if (error instanceof Refusal && (error.status === 401 || error.status === 403)) {
          this.become("stale");
          break;
        }
        // A place that the log has no more: from now on, then, and what is shown is read again.
        if (error instanceof Refusal && error.status === 422) {
          this.place = "";
          this.missed = true;
        }
      }
      if (this.isPaused) break;
      this.become("stale");
      this.tries += 1;
      const wait = Math.min(30_000, 500 * 2 ** this.tries) * (0.5 + Math.random() / 2);
      await new Promise((go) => setTimeout(go, wait));
    }
    this.abort = null;
  }

  /** @param {AbortSignal} signal */
  async follow(signal) {
    const topics = "topics=messages,inbound,conversations,campaigns";
    /** @type {Record<string, string>} */
    const headers = this.place ? { "Last-Event-ID": this.place } : {};
    const response = await request("GET", `/api/events?${topics}`, { headers, signal });
    if (!response.body) return;
    this.become("live");
    this.tries = 0;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      let end;
      while ((end = text.indexOf("\n\n")) >= 0) {
        this.take(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
  }

  /** @param {string} block */
  take(block) {
    let [event, data] = ["", ""];
    for (const line of block.split("\n")) {
      if (line.startsWith("id: ")) this.place = line.slice(4);
      else if (line.startsWith("event: ")) event = line.slice(7);
      else if (line.startsWith("data: ")) data = line.slice(6);
    }
    if (event === "gap" || this.waiting.length >= most) {
      this.missed = true;
      this.waiting = [];
    } else if (data) {
      let parsed;
      try { parsed = JSON.parse(data); } catch { return; }
      this.waiting.push({ kind: kind(parsed), data: parsed });
    } else return;
    if (!this.timer) this.timer = setTimeout(() => this.tell(), 250);
  }

  tell() {
    this.timer = 0;
    const [changes, missed] = [this.waiting, this.missed];
    this.waiting = [];
    this.missed = false;
    for (const listener of this.listeners) listener(changes, missed);
    if (this.isReader) this.channel.postMessage({ changes, missed, place: this.place });
  }
}

export const events = new EventClient();

