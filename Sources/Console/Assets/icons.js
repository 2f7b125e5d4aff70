// Marks beside words, never instead of them.

const paths = {
  overview: "M3 12h4l2-7 4 14 2-7h6",
  inbox: "M4 5h16v10h-5l-3 4-3-4H4z",
  campaigns: "M4 10v4l11 5V5zM15 9h3a3 3 0 0 1 0 6h-3",
  sends: "M3 11 21 4l-6 17-3-7z",
  lanes: "M4 6h16M4 12h16M4 18h16M8 4v4M15 10v4M11 16v4",
  templates: "M5 4h14v16H5zM8 8h8M8 12h8M8 16h4",
  objects: "M12 3l8 4v10l-8 4-8-4V7zM4 7l8 4 8-4M12 11v10",
  events: "M13 3 5 13h6l-1 8 8-11h-6z",
  tasks: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 3",
  settings: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M6 6l2 2M16 16l2 2M6 18l2-2M16 8l2-2",
  accounts: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6",
  letters: "M4 6h16v12H4zM4 6l8 7 8-7M15 15l4 4M19 15l-4 4",
  doubts: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18v.5",
};

/** @typedef {keyof typeof paths} Name */

/** @param {Name} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", paths[name]);
  svg.appendChild(path);
  return svg;
}
