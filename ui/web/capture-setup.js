// Set-up's choice of what a browser captures: its microphone, and another tab's sound; whose each is, and how loud they
// are while they are tried. Nothing of it leaves the page.

import { CapturePanel } from "./capture-panel.js";
import { Sound } from "./capture-sound.js";
import { Trouble } from "./capture-troubles.js";
import { element } from "./dom.js";

const WHOSE = [
  ["interviewer", "the interviewer"],
  ["candidate", "the candidate"],
  ["", "both: told apart by what is asked"],
];
const FIRST = { microphone: "interviewer", tab: "candidate" };
const HEARS = { microphone: "The microphone hears", tab: "The call's tab lets hear" };

export class BrowserChoice {
  constructor() {
    this.kinds = [];
    this.trial = null;
    this.microphone = element("select", { name: "browser_microphone" });
    this.whose = Object.fromEntries(Object.keys(FIRST).map((kind) => [kind, this.choiceOf(kind)]));
    this.button = element("button", { type: "button", "aria-pressed": "false" }, "Test the sound");
    this.button.addEventListener("click", () => (this.trial ? this.end() : this.begin()));
    this.levels = element("div", { id: "capture-trial" });
    this.fields = element("div", {});
    this.node = element("div", { class: "browser", hidden: "" }, this.fields, element("div", { class: "testing" }, this.button, this.levels));
    this.listMicrophones();
  }

  choiceOf(kind) {
    const select = element("select", { name: `whose_${kind}` }, WHOSE.map(([value, words]) => element("option", { value }, words)));
    select.value = FIRST[kind];
    return select;
  }

  /** Shows the fields for those channels; none hides it. */
  draw(kinds) {
    this.end();
    this.kinds = kinds;
    this.node.hidden = !kinds.length;
    const hint = kinds.includes("tab")
      ? "Before the start the browser asks which tab to share: choose the call's, and leave “Also share tab audio” on. Its picture is not taken."
      : "The browser asks whether it may use the microphone.";
    const whose = kinds.map((kind) => labelled(HEARS[kind], this.whose[kind]));
    this.fields.replaceChildren(labelled("Microphone", this.microphone), ...whose, element("p", { class: "hint" }, hint));
  }

  async listMicrophones() {
    const devices = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    const known = devices.filter(({ kind, deviceId, label }) => kind === "audioinput" && label && deviceId && deviceId !== "default");
    const before = this.microphone.value;
    this.microphone.replaceChildren(
      element("option", { value: "" }, "the browser's usual one"),
      ...known.map(({ deviceId, label }) => element("option", { value: deviceId }, label)),
    );
    this.microphone.value = known.some(({ deviceId }) => deviceId === before) ? before : "";
  }

  /** What the request says of it. */
  get wanted() {
    const speakers = this.kinds.map((kind, n) => [n + 1, this.whose[kind].value]).filter(([, speaker]) => speaker);
    return { source: { browser: this.kinds }, speakers: Object.fromEntries(speakers) };
  }

  get settings() {
    return { microphone: this.microphone.value };
  }

  async begin() {
    const trial = {
      kinds: this.kinds,
      phase: "trial",
      seat: { role: "host" },
      isHere: true,
      refusal: null,
      troubles: new Map(),
      kept: { seconds: 0, lost: 0 },
      mend: (kind) => (kind === "page" ? trial.sound.resume() : this.open(trial, kind)),
    };
    trial.sound = new Sound(this.kinds, {
      block: ({ peaks }) => trial.panel.level(peaks),
      trouble: (code) => this.trouble(trial, code),
      running: () => this.mended(trial, "page"),
    });
    trial.panel = new CapturePanel(this.levels, trial);
    this.trial = trial;
    this.button.setAttribute("aria-pressed", "true");
    trial.panel.draw();
    for (const kind of [...this.kinds].reverse()) await this.open(trial, kind);
    if (this.trial !== trial) trial.sound.close();
    this.listMicrophones(); // they have names now
  }

  async open(trial, kind) {
    try {
      await (kind === "tab" ? trial.sound.addTab() : trial.sound.addMicrophone(this.microphone.value));
      this.mended(trial, kind);
    } catch (problem) {
      this.trouble(trial, problem instanceof Trouble ? problem.code : "unable");
    }
  }

  trouble(trial, code) {
    trial.troubles.set(/^(microphone|tab)-/.exec(code)?.[1] ?? "page", code);
    trial.panel.draw();
  }

  mended(trial, kind) {
    trial.troubles.delete(kind);
    trial.panel.draw();
  }

  /** The sound is let go. */
  end() {
    this.trial?.sound.close();
    this.trial = null;
    this.button.setAttribute("aria-pressed", "false");
    this.levels.replaceChildren();
  }
}

function labelled(words, field) {
  return element("label", {}, element("span", {}, words), field);
}
