// What was typed and not sent, until it is: for who goes to look at something else and comes back. It is kept in the page's memory alone.

const most = 50;

/** @type {Map<string, Record<string, string>>} */
const drafts = new Map();

/** @param {string} name @returns {Record<string, string>} */
export function draft(name) {
  return drafts.get(name) ?? {};
}

/**
 * The oldest goes where there are too many.
 * @param {string} name
 * @param {Record<string, string>} values
 */
export function keepDraft(name, values) {
  drafts.delete(name);
  if (Object.values(values).some(Boolean)) drafts.set(name, values);
  for (const oldest of drafts.keys()) {
    if (drafts.size <= most) return;
    drafts.delete(oldest);
  }
}

/** @param {string} name */
export function dropDraft(name) {
  drafts.delete(name);
}
