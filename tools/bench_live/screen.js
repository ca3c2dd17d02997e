// What a person at the board sees, and when: each sentence as it is painted, and the words of the moment.
// Runs in the page before the page's own code. `earmarkSaw` is given by whoever drives the browser.
(() => {
  const saw = [];
  const note = (what, fields, at = Date.now()) => saw.push({ what, at: at / 1000, ...fields });
  window.earmarkSaw = () => saw.splice(0);

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        const { seq, event } = JSON.parse(data);
        if (seq && event.type === "utterance") note("received", { seq });
      });
    }
  };

  // A frame is painted after its callbacks; a task that one of them leaves behind runs after that.
  const painted = (then) => requestAnimationFrame(() => setTimeout(then));

  function look(records) {
    const at = Date.now();
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.matches?.("#said > li"));
    const sentences = added.map((node) => ({ text: node.querySelector(".said")?.textContent ?? "", marks: node.querySelectorAll("mark").length }));
    const isMoment = records.some(({ target }) => (target.closest ?? target.parentElement?.closest)?.call(target.closest ? target : target.parentElement, "#now-said"));
    const drafts = isMoment
      ? [...document.querySelectorAll("#now-said .draft")].map((node) => ({
        speaker: node.querySelector(".speaker").textContent,
        stable: node.querySelector(".stable").textContent,
      }))
      : [];
    if (!sentences.length && !drafts.length) return;
    painted(() => {
      const then = Date.now();
      for (const sentence of sentences) note("shown", { ...sentence, drawn: at / 1000 }, then);
      for (const draft of drafts) note("moment", draft, then);
    });
  }

  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
})();
