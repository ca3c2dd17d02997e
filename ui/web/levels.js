// How loud the chosen microphones are, while whoever sets the interview up asks for it. Nothing of the sound is kept.

import { call } from "./connection.js";
import { element } from "./dom.js";

const EVERY_MS = 250;
const SILENT_DB = -60;

/** A button and, while it is pressed, a meter for each channel of `devices()`. */
export function levelMeters(devices) {
  const button = element("button", { type: "button", "aria-pressed": "false" }, "Test the microphones");
  const list = element("ul", { class: "levels", "aria-live": "off" });
  const problem = element("p", { class: "problem", role: "status" });
  const isOn = () => button.getAttribute("aria-pressed") === "true" && button.isConnected;

  button.addEventListener("click", async () => {
    if (isOn()) {
      button.setAttribute("aria-pressed", "false");
      return;
    }
    button.setAttribute("aria-pressed", "true");
    while (isOn()) {
      if (!document.hidden) await show();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    list.replaceChildren();
    problem.textContent = "";
  });

  async function show() {
    try {
      const told = await call("/api/levels", { method: "POST", json: { devices: devices() } });
      problem.textContent = told.problem ? `▲ ${told.problem}` : "";
      list.replaceChildren(...Object.entries(told.levels_db).map(([channel, db]) => meter(channel, db)));
    } catch (why) {
      problem.textContent = `▲ ${why.message}`;
      button.setAttribute("aria-pressed", "false");
    }
  }

  return element("div", { class: "testing" }, button, list, problem);
}

function meter(channel, db) {
  const node = element("meter", { min: SILENT_DB, max: 0, "aria-label": `Level of channel ${channel}` });
  node.value = db;
  return element("li", {}, `Channel ${channel} `, node, db > SILENT_DB ? ` ${Math.round(db)} dB` : " silent");
}
