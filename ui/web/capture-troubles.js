// Why there is no sound, in plain words with what to do next, and what the button beside it says. The codes are the
// protocol's (ui/sound_wire.py).

export const TROUBLES = {
  "microphone-refused": ["The browser may not use the microphone. Allow it beside the address bar, then try again.", "Try the microphone again"],
  "microphone-missing": ["There is no such microphone. Plug it in, or another one, then try again.", "Try the microphone again"],
  "microphone-busy": ["Another program holds the microphone. Close it (or its call), then try again.", "Try the microphone again"],
  "microphone-ended": ["The microphone is gone. Its channel is silent until it is back: plug it in, then try again.", "Try the microphone again"],
  "microphone-silent": ["The microphone gives digital silence. Is it muted, at its cable or in the system?", "Try the microphone again"],
  "tab-refused": ["No tab is shared. Choose the call's tab, and leave “Also share tab audio” on.", "Share the call's tab"],
  "tab-soundless": ["What you shared has no sound. Choose a tab, not a window, and leave “Also share tab audio” on.", "Share the call's tab"],
  "tab-ended": ["The call's tab is not shared any more. Its channel is silent until you share it again.", "Share the call's tab"],
  "held-back": ["The browser holds the sound back until you click.", "Go on capturing"],
  unable: ["This browser cannot capture sound here. Use a current one, and open this page over HTTPS or on this machine.", null],
};

const OF_MICROPHONE = {
  NotAllowedError: "microphone-refused",
  SecurityError: "microphone-refused",
  NotFoundError: "microphone-missing",
  OverconstrainedError: "microphone-missing",
  NotReadableError: "microphone-busy",
  AbortError: "microphone-busy",
};

export class Trouble extends Error {
  constructor(code) {
    super(TROUBLES[code][0]);
    this.code = code;
  }
}

/** The trouble that a browser's error of opening the microphone means. */
export function troubleOfMicrophone({ name }) {
  return new Trouble(OF_MICROPHONE[name] ?? "microphone-busy");
}
