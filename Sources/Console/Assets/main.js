// The page around the rooms: who is logged in, where one is, and how fresh it is.

import { get, onSessionOver, Refusal } from "./api.js";
import { fill, h, say } from "./dom.js";
import { icon } from "./icons.js";
import { action, heading, tell, tellError } from "./parts.js";
import { findSession, identity, logInForm, logOut, session } from "./session.js";
import { events } from "./stream.js";
import { span } from "./time.js";

/**
 * @typedef {object} Room
 * @property {HTMLElement} element
 * @property {() => void} [close]
 * @property {(words: string[], query: URLSearchParams) => boolean} [move] false where another room has to be made
 */

/**
 * What a room is made of comes when somebody goes there first.
 * @typedef {(words: string[], query: URLSearchParams) => Promise<Room>} Maker
 */

/** @type {[import("./icons.js").Name, string, Maker][]} */
const rooms = [
  ["overview", "Overview", async () => new (await import("./overview.js")).OverviewRoom()],
  ["inbox", "Inbox", async (words) => new (await import("./inbox.js")).InboxRoom(words[0])],
  ["campaigns", "Campaigns", async (words) => {
    if (words[0]) return new (await import("./campaign.js")).CampaignRoom(words[0]);
    return new (await import("./campaigns.js")).CampaignsRoom();
  }],
  ["sends", "Sends", async (words, query) => {
    const { SendRoom, SendsRoom } = await import("./sends.js");
    return words[0] ? new SendRoom(words[0]) : new SendsRoom(query);
  }],
  ["lanes", "Lanes", async () => new (await import("./lanes.js")).LanesRoom()],
  ["doubts", "Doubts", async () => new (await import("./doubts.js")).DoubtsRoom()],
  ["letters", "Dead letters", async () => new (await import("./letters.js")).LettersRoom()],
  ["templates", "Templates", async () => new (await import("./templates.js")).TemplatesRoom()],
  ["objects", "Objects", async () => new (await import("./objects.js")).ObjectsRoom()],
  ["accounts", "Accounts", async () => new (await import("./accounts.js")).AccountsRoom()],
  ["events", "Events", async () => new (await import("./events.js")).EventsRoom()],
  ["tasks", "Tasks", async () => new (await import("./tasks.js")).TasksRoom()],
  ["settings", "Settings", async () => new (await import("./settings.js")).SettingsRoom()],
];

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const nav = /** @type {HTMLElement} */ (document.getElementById("rooms"));
const bar = /** @type {HTMLElement} */ (document.getElementById("bar"));

/** @type {{name: string, room: Room} | null} */
let present = null;
/** Of the rooms that were asked for: only the last one is shown. */
let asked = 0;

async function show() {
  const [path, query] = location.hash.slice(1).split("?");
  const [name, ...words] = path.split("/").filter(Boolean).map(decoded);
  const found = rooms.find(([known]) => known === name) ?? rooms[0];
  for (const link of nav.querySelectorAll("a")) {
    if (link.dataset.room === found[0]) {
      link.setAttribute("aria-current", "page");
      // On a phone the rooms are in one row that is longer than the window.
      nav.scrollLeft = link.offsetLeft - nav.clientWidth / 2;
    } else link.removeAttribute("aria-current");
  }
  const parameters = new URLSearchParams(query ?? "");
  asked += 1;
  const turn = asked;
  // What it asks about is not there any more.
  for (const dialog of document.querySelectorAll("dialog:not(.again)")) /** @type {HTMLDialogElement} */ (dialog).close();
  if (present?.name === found[0] && present.room.move?.(words, parameters)) return;
  let room;
  try { room = await found[2](words, parameters); } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Its files are not there: the console was renewed, or the server is away.
    if (turn !== asked) return;
    present?.room.close?.();
    present = null;
    fill(main, heading(found[1]), h("div", { class: "warning", role: "alert" }, h("p", null, "This room could not be loaded."),
      h("button", { type: "button", on: { click: () => location.reload() } }, "Load the page again")));
    return;
  }
  if (turn !== asked) return room.close?.();
  const isFirst = present === null;
  present?.room.close?.();
  present = { name: found[0], room };
  fill(main, room.element);
  document.title = `${found[1]} · postrider`;
  scrollTo(0, 0);
  if (!isFirst) main.focus({ preventScroll: true });
}

/** @param {string} word of the address, in which anybody may write anything */
function decoded(word) {
  try { return decodeURIComponent(word); } catch { return word; }
}

/**
 * What was typed may be any of these; the answer that finds something is where one goes.
 * @param {string} text
 */
async function search(text) {
  const words = text.trim();
  if (!words) return;
  const isID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(words);
  if (isID) {
    for (const [room, path] of [["sends", "/api/sends/"], ["campaigns", "/api/campaigns/"], ["inbox", "/api/conversations/"]]) {
      try {
        await get(path + words.toLowerCase());
        location.hash = `#/${room}/${words.toLowerCase()}`;
        return;
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 404) throw error;
      }
    }
    tell("Nothing has that id.");
    return;
  }
  const isNumber = /^\+?[\d ()./-]{6,}$/.test(words);
  const isProvider = /^(wamid\.|SM|MM)/.test(words);
  const name = isNumber ? "to" : isProvider ? "providerId" : "campaign";
  location.hash = `#/sends?${name}=${encodeURIComponent(isNumber ? words.replace(/[^\d+]/g, "") : words)}`;
}

function furnish() {
  const input = /** @type {HTMLInputElement} */ (h("input", {
    type: "search", name: "q", "aria-label": "Find a send, number, provider's id or campaign",
    placeholder: "Id, number, provider's id, campaign", autocomplete: "off", spellcheck: "false",
  }));
  const form = h("form", {
    role: "search", "aria-label": "Everything", on: {
      submit: (/** @type {Event} */ event) => {
        event.preventDefault();
        search(input.value).catch(tellError);
      },
    },
  }, input, h("button", null, "Find"));
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key !== "/" || /^(input|textarea|select)$/i.test(target.tagName)) return;
    event.preventDefault();
    input.focus();
  });
  const dot = h("i", { class: "dot", "aria-hidden": "true" });
  const words = h("span", null, "starting");
  const stopper = action("Pause", async () => {
    if (events.isPaused) events.start();
    else events.pause();
  }, { "aria-label": "Pause or go on with what comes in" });
  const draw = () => {
    const { state, since } = events.standing;
    dot.className = `dot ${state}`;
    say(words, state === "stale" ? `stale for ${span((Date.now() - since) / 1000)}` : state);
    say(stopper, events.isPaused ? "Go on" : "Pause");
  };
  events.watch(draw);
  setInterval(draw, 5000);
  const who = session?.agent ?? (session?.app ? `${session.app}/${session.company}` : "every tenant");
  bar.append(form, h("span", { class: "standing" }, dot, words, stopper),
    h("span", { class: "standing" },
      session?.demo ? h("strong", { class: "badge demo" }, "Demo: all of it is simulated") : null, h("span", null, who), action("Log out", logOut)));
  for (const [name, title] of rooms) nav.append(h("a", { href: `#/${name}`, "data-room": name }, icon(name), title));
  document.getElementById("skip")?.addEventListener("click", () => main.focus());
}

/** Over what is there, so that nothing typed is lost. */
function logInAgain() {
  if (document.querySelector("dialog.again")) return;
  const former = identity();
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "again", "aria-label": "Log in again" }));
  const done = () => {
    // What stands here is another's.
    if (identity() !== former) return location.reload();
    dialog.close();
    events.start();
    events.refresh();
    tell("You are logged in again.");
  };
  // Somebody may have done so in another tab.
  const look = () => { findSession().then((isIn) => { if (isIn && dialog.isConnected) done(); }).catch(() => {}); };
  addEventListener("focus", look);
  // Left by Escape, it comes back with the next call.
  dialog.addEventListener("close", () => {
    removeEventListener("focus", look);
    dialog.remove();
  });
  dialog.append(logInForm(done, `The session is over. What you typed is still there.${session?.link ? " Log in with a key, or ask for another link." : ""}`));
  document.body.append(dialog);
  dialog.showModal();
}

/** Whatever it is, whoever is there is told. */
function tellOfFaults() {
  const words = "Something went wrong in this page. What you typed is still here; if it goes on, load the page again.";
  addEventListener("unhandledrejection", ({ reason }) => { if (!(reason instanceof DOMException && reason.name === "AbortError")) tell(words); });
  addEventListener("error", ({ error }) => { if (error) tell(words); });
}

function open() {
  tellOfFaults();
  furnish();
  addEventListener("hashchange", () => void show());
  onSessionOver(logInAgain);
  void show();
  events.start();
}

/** A link that is pasted where the console is open already is followed like any other. */
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#link=")) location.reload();
});

async function begin() {
  try {
    if (await findSession()) return open();
    fill(main, logInForm(open));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.errors[0]) return fill(main, logInForm(open, `This link ${error.errors[0].detail}.`));
    fill(main, h("div", { class: "warning", role: "alert" }, h("h1", null, "postrider"), h("p", null, error.sentence),
      h("button", { type: "button", on: { click: () => void begin() } }, "Try again")));
  }
}

void begin();
