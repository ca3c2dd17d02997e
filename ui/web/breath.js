/** Lets the browser do what waits before going on, so that no task is long. */
export function breath() {
  return globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve));
}
