// Reads again and again for as long as a room is there: never twice at once, however slow the server is, and not in a tab that
// nobody sees.

export class Poll {
  /**
   * @param {() => Promise<void>} read tells itself what went wrong
   * @param {number} [every] milliseconds; 0: only when asked to
   */
  constructor(read, every = 0) {
    this.reader = read;
    this.every = every;
    this.timer = 0;
    this.due = Infinity;
    this.isOver = false;
    /** @type {Promise<void> | null} */
    this.reading = null;
    this.seen = () => { if (!document.hidden && this.due < Infinity) this.soon(0); };
    document.addEventListener("visibilitychange", this.seen);
    this.soon(0);
  }

  /**
   * Within so many milliseconds, and once for all who ask meanwhile.
   * @param {number} milliseconds
   */
  soon(milliseconds) {
    if (this.isOver) return;
    this.due = Math.min(this.due, Date.now() + milliseconds);
    if (this.reading) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!document.hidden) void this.read(); }, Math.max(0, this.due - Date.now()));
  }

  async read() {
    this.due = Infinity;
    this.reading = this.reader();
    try { await this.reading; } finally {
      this.reading = null;
      // Somebody asked meanwhile, or it is read by the clock.
      if (this.due < Infinity) this.soon(this.due - Date.now());
      else if (this.every > 0) this.soon(this.every);
    }
  }

  close() {
    this.isOver = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
  }
}
