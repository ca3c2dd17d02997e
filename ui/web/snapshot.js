// An interview as it stands (GET /api/sessions/{id}/snapshot), read and folded while it comes, so that no task is long.

import { breath } from "./breath.js";
import { NOTHING_YET, reduce } from "./state.js";

/** The state that the answer tells, and beside it what is none of the state: {state, history, raters, sees}. */
export async function folded(answer) {
  let told = null;
  let state = NOTHING_YET;
  let isWhole = false;
  for await (const line of linesOf(answer.body)) {
    if (!told) told = JSON.parse(`${line}]}`);
    else if (line === "]}") isWhole = true;
    else state = reduce(state, JSON.parse(`[${line.replace(/^,/, "")}]`).map((event) => ({ event })));
    await breath();
  }
  if (!isWhole) throw new Error("The interview came only in part. Load this page again.");
  const { seq, seat, decisions, history, raters, sees } = told;
  return { state: { ...state, decisions: new Map(Object.entries(decisions)), seat, lastSeq: seq, isCaughtUp: true }, history, raters, sees };
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}
