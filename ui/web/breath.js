const LONGEST_FRAME_MS = 100;

/** Lets the browser do what waits before going on, so that no task is long. */
export function breath() {
  return globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve));
}

/** Until what was drawn is on the screen; a page out of sight gets no frames and does not wait for one. */
export function painted() {
  if (document.hidden) return breath();
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, LONGEST_FRAME_MS);
  });
}
