// What a reviewer sees and hears, and when: runs in the page before the page's own code.
(() => {
  const seen = { usable: null, whole: null, tasks: [], sent: 0, done: null, told: null };
  window.earmark = seen;
  new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ startTime, duration }) => [startTime, duration])))
    .observe({ type: "longtask", buffered: true });

  const Sound = window.Audio;
  window.Audio = function Kept(...given) { return (seen.sound = new Sound(...given)); };

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.event && frame.event.type !== "draft") seen.told = performance.now();
        if (frame.done || frame.refused) seen.done = performance.now();
      });
    }

    send(data) {
      Object.assign(seen, { sent: performance.now(), done: null, told: null });
      super.send(data);
    }
  };

  // A frame is painted after its callbacks; a task that one of them leaves behind runs after that.
  const painted = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now())));

  let opened;
  seen.isOpened = new Promise((resolve) => { opened = resolve; });

  function look() {
    const isBusy = document.querySelector("#transcript")?.getAttribute("aria-busy") !== "false";
    if (seen.usable === null && !isBusy && document.querySelector(".sentence")) {
      seen.usable = 0;
      painted((at) => { seen.usable = at; });
    }
    if (seen.whole === null && document.querySelector("#track.has-wave")) seen.whole = performance.now();
    if (seen.usable && seen.whole) opened();
  }
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  });

  /** From the next press of the mouse until the sound moves from where it was sent: milliseconds. */
  seen.hear = () => new Promise((heard) => {
    addEventListener("pointerdown", ({ timeStamp }) => {
      addEventListener("click", () => setTimeout(() => {
        const from = seen.sound.currentTime;
        const look = () => {
          if (!seen.sound.seeking && !seen.sound.paused && seen.sound.currentTime > from) heard(performance.now() - timeStamp);
          else setTimeout(look);
        };
        look();
      }), { once: true });
    }, { once: true, capture: true });
  });

  /** From the next key or press until `isThere(selector, text)` is painted: {screen, server} in milliseconds. */
  seen.change = (selector, text, chips) => new Promise((changed) => {
    let begun = null;
    const begin = ({ timeStamp, type, key }) => { if (type !== "keydown" || key === "Enter") begun ??= timeStamp; };
    for (const name of ["keydown", "pointerdown"]) addEventListener(name, begin, { capture: true });
    const frame = () => {
      const node = document.querySelector(selector);
      const isThere = begun !== null && seen.told !== null && node?.textContent.includes(text)
        && (!chips || [...node.closest(".sentence").querySelectorAll(".chip")].some((chip) => chip.textContent.includes(chips)));
      if (!isThere) requestAnimationFrame(frame);
      else setTimeout(() => changed({ screen: performance.now() - begun, server: seen.done - seen.sent })); // this frame is painted first
    };
    frame();
  });
})();
