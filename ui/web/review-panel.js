// The column beside the transcript: evidence, ratings, marks, one at a time.

import { element } from "./dom.js";

const TABS = Object.freeze([["evidence", "Evidence"], ["ratings", "Ratings"], ["moments", "Marks and notes"]]);

export class Panel {
  constructor(node, onShow) {
    this.onShow = onShow;
    this.tabs = TABS.map(([name, words]) => {
      const tab = element("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `of-${name}` }, words);
      tab.addEventListener("click", () => this.show(name));
      tab.addEventListener("keydown", (press) => this.pressed(press));
      return tab;
    });
    this.parts = Object.fromEntries(TABS.map(([name]) => [name,
      element("div", { id: `of-${name}`, role: "tabpanel", "aria-labelledby": `tab-${name}`, tabindex: "0", class: `part ${name}` })]));
    node.append(element("div", { role: "tablist", "aria-label": "Evidence, ratings, marks", class: "tabs" }, this.tabs), ...Object.values(this.parts));
    this.show("evidence");
  }

  show(name) {
    this.shown = name;
    for (const [n, [one]] of TABS.entries()) {
      const isShown = one === name;
      this.tabs[n].setAttribute("aria-selected", String(isShown));
      this.tabs[n].tabIndex = isShown ? 0 : -1;
      this.parts[one].hidden = !isShown;
    }
    this.onShow(name);
  }

  step(by) {
    const at = TABS.findIndex(([name]) => name === this.shown);
    this.show(TABS[(at + by + TABS.length) % TABS.length][0]);
  }

  pressed(press) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[press.key];
    if (!by) return;
    press.preventDefault();
    press.stopPropagation();
    this.step(by);
    this.tabs[TABS.findIndex(([name]) => name === this.shown)].focus();
  }
}
