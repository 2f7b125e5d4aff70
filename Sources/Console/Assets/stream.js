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
/** In milliseconds. */
const mostSilence = 50_000;
/** Of one event. */
const mostText = 4 << 20;

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
    if (told.changes) this.pass(told.changes, told.missed ?? false);
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
    if (this.isPaused) this.pass([], true);
    this.isPaused = false;
    this.channel.postMessage({ asks: true });
    if (this.wanted) return;
    const wanted = new AbortController();
    this.wanted = wanted;
    navigator.locks.request("postrider-events", { signal: wanted.signal }, () => this.run(wanted.signal)).catch(() => {})
      .finally(() => { if (this.wanted === wanted) this.wanted = null; });
  }

  pause() {
    this.isPaused = true;
    this.wanted?.abort();
    this.wanted = null;
    this.become("paused");
  }

  /** What is shown may be old: it is read anew, wherever it can be. */
  refresh() { this.pass([], true); }

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

  /**
   * As the one tab that reads, until it is told to leave off.
   * @param {AbortSignal} signal
   */
  async run(signal) {
    this.isReader = true;
    try {
      while (!signal.aborted) {
        let wait = 0;
        try { await this.follow(signal); } catch (error) {
          if (signal.aborted) break;
          if (error instanceof Refusal) {
            if (error.status === 401 || error.status === 403) return this.become("stale");
            // A place that the log has no more: from now on, then, and what is shown is read again.
            if (error.status === 422) {
              this.place = "";
              this.missed = true;
            }
            wait = error.retryAfter * 1000;
          }
        }
        if (signal.aborted) break;
        this.become("stale");
        this.tries += 1;
        await rest(Math.max(wait, Math.min(30_000, 500 * 2 ** Math.min(this.tries, 10)) * (0.5 + Math.random() / 2)), signal);
      }
    } finally { this.isReader = false; }
  }

  /** @param {AbortSignal} signal */
  async follow(signal) {
    const abort = new AbortController();
    const leave = () => abort.abort();
    signal.addEventListener("abort", leave);
    // A connection may be gone without a word, as after a sleep; of one that is there something comes every fifteen seconds.
    let heard = Date.now();
    const watch = setInterval(() => { if (Date.now() - heard > mostSilence) leave(); }, 5000);
    try {
      const topics = "topics=messages,inbound,conversations,campaigns";
      /** @type {Record<string, string>} */
      const headers = this.place ? { "Last-Event-ID": this.place } : {};
      const response = await request("GET", `/api/events?${topics}`, { headers, signal: abort.signal });
      if (!response.body) return;
      this.become("live");
      this.tries = 0;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        heard = Date.now();
        text += value;
        let end;
        while ((end = text.indexOf("\n\n")) >= 0) {
          this.take(text.slice(0, end));
          text = text.slice(end + 2);
        }
        if (text.length > mostText) return;
        // A browser lets the clock of a tab that nobody sees go once a minute, and other tabs wait for what this one reads.
        if (document.hidden && this.timer) this.tell();
      }
    } finally {
      clearInterval(watch);
      signal.removeEventListener("abort", leave);
      leave();
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
    clearTimeout(this.timer);
    this.timer = 0;
    const [changes, missed] = [this.waiting, this.missed];
    this.waiting = [];
    this.missed = false;
    if (this.isReader) this.channel.postMessage({ changes, missed, place: this.place });
    this.pass(changes, missed);
  }

  /**
   * What one listener cannot do with it keeps it from no other.
   * @param {Change[]} changes
   * @param {boolean} missed
   */
  pass(changes, missed) {
    for (const listener of this.listeners) {
      try { listener(changes, missed); } catch (error) { reportError(error); }
    }
  }
}

/**
 * Until the time is over, the network comes back, or nobody wants it any more.
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
function rest(milliseconds, signal) {
  return new Promise((go) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      go(null);
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}

export const events = new EventClient();

