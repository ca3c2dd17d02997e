// A chart of the server in the page: the picture, what it says in words, and every figure of it as a table.

import { call } from "./connection.js";
import { element } from "./dom.js";

/** A figure of one chart of an interview; null where there is none of it (no rubric, nothing heard). */
export async function chartOf(sessionId, name) {
  try {
    return figureOf(await call(`/api/sessions/${encodeURIComponent(sessionId)}/charts/${name}.json`));
  } catch (problem) {
    if (problem.status === 404) return null;
    throw problem;
  }
}

function figureOf({ title, told, head, rows, svg }) {
  // The server's own drawing, in which all that was said is escaped; read as XML, nothing in it can run.
  const picture = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
  const table = element("table", {},
    element("thead", {}, element("tr", {}, head.map((cell) => element("th", { scope: "col" }, cell)))),
    element("tbody", {}, rows.map(([first, ...rest]) => element("tr", {},
      element("th", { scope: "row" }, first), rest.map((cell) => element("td", {}, cell))))));
  return element("figure", { class: "charted" },
    element("figcaption", {}, element("b", {}, title), " ", element("span", { class: "detail" }, told)),
    element("div", { class: "drawn" }, picture),
    rows.length ? element("details", {}, element("summary", {}, "The same as a table"), table) : null);
}
