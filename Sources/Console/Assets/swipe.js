// A row that is pushed aside with a finger: to the right is one thing, to the left another. Whoever has no finger there has buttons.

const threshold = 80;

/**
 * @param {HTMLElement} row
 * @param {() => void} toRight
 * @param {() => void} toLeft
 */
export function swipeable(row, toRight, toLeft) {
  /** @type {{x: number, y: number, id: number, isAcross: boolean} | null} */
  let from = null;
  let moved = 0;
  row.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") from = { x: event.clientX, y: event.clientY, id: event.pointerId, isAcross: false };
  });
  row.addEventListener("pointermove", (event) => {
    if (!from || event.pointerId !== from.id) return;
    const [across, down] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.isAcross) {
      if (Math.abs(across) < 12 || Math.abs(across) < 2 * Math.abs(down)) return;
      from.isAcross = true;
      row.setPointerCapture(from.id);
    }
    moved = across;
    row.style.setProperty("transform", `translateX(${across}px)`);
    row.classList.toggle("far", Math.abs(across) >= threshold);
  });
  /** @param {boolean} counts */
  const end = (counts) => {
    const [way, wasAcross] = [moved, from?.isAcross];
    from = null;
    moved = 0;
    row.style.removeProperty("transform");
    row.classList.remove("far");
    if (!counts || !wasAcross || Math.abs(way) < threshold) return;
    // The finger that went across does not open the row as well.
    /** @param {Event} event */
    const keep = (event) => event.preventDefault();
    row.addEventListener("click", keep, { capture: true });
    setTimeout(() => row.removeEventListener("click", keep, { capture: true }), 300);
    if (way > 0) toRight();
    else toLeft();
  };
  row.addEventListener("pointerup", () => end(true));
  row.addEventListener("pointercancel", () => end(false));
}
