// A list that comes page by page: what is asked for later makes the answer to what was asked for before void.

/**
 * @template Row
 */
export class Pages {
  /**
   * @param {(after: string | number | undefined) => Promise<{rows: Row[], next?: string | number}>} ask
   * @param {(rows: Row[]) => void} show
   * @param {(error: unknown) => void} fail
   * @param {(row: Row) => string} key
   */
  constructor(ask, show, fail, key) {
    this.ask = ask;
    this.show = show;
    this.fail = fail;
    this.key = key;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {string | number | undefined} */
    this.next = undefined;
    this.turn = 0;
    this.isReading = false;
  }

  /** From the start, in the place of all. */
  async read() {
    await this.page(undefined, (rows, next) => {
      this.rows = rows;
      this.next = next;
    });
  }

  /** The newest anew; what was read further down stays. */
  async refresh() {
    await this.page(undefined, (rows, next) => {
      const known = new Set(rows.map(this.key));
      const isJoined = this.rows.some((row) => known.has(this.key(row)));
      if (!isJoined) this.next = next;
      this.rows = isJoined ? [...rows, ...this.rows.filter((row) => !known.has(this.key(row)))] : rows;
    });
  }

  async more() {
    if (this.next === undefined || this.isReading || this.rows.length >= mostRows) return;
    await this.page(this.next, (rows, next) => {
      this.rows = this.rows.concat(rows);
      this.next = next;
    });
  }

  /**
   * @param {string | number | undefined} after
   * @param {(rows: Row[], next: string | number | undefined) => void} take
   */
  async page(after, take) {
    this.turn += 1;
    const { turn } = this;
    this.isReading = true;
    try {
      const { rows, next } = await this.ask(after);
      if (turn !== this.turn) return;
      this.isReading = false;
      take(rows, next);
      this.show(this.rows);
    } catch (error) {
      if (turn !== this.turn) return;
      this.isReading = false;
      this.fail(error);
    }
  }
}

const mostRows = 100_000;
