// Before the interview: rubric and plan, people, what is listened to and with what, and whether the disk has room.

import { captureKey } from "./capture.js";
import { BrowserChoice } from "./capture-setup.js";
import { asSeat, call } from "./connection.js";
import { element } from "./dom.js";
import { levelMeters } from "./levels.js";

const SPEED_MS = 2000; // how often to ask whether an engine's speed is measured by now
const FEW_HOURS = 2;
const THROUGH = [
  { value: "microphone", words: "this browser's microphone" },
  { value: "microphone+tab", words: "this browser's microphone, and a call in another tab" },
];

/** Shows the form in `main`; goes to the new interview when it is made. */
export async function setUp(main) {
  let given;
  try {
    given = { ...(await call("/api/setup")), names: (await call("/api/words")).engines };
  } catch (problem) {
    main.replaceChildren(element("p", { class: "empty" }, `Set-up is not open here: ${problem.message}`));
    return;
  }
  const form = new SetupForm(main, given);
  form.draw();
}

class SetupForm {
  constructor(main, given) {
    this.main = main;
    this.given = given;
    this.form = element("form", { class: "sheet setup" });
  }

  draw() {
    const { form, given } = this;
    const rubrics = [...given.rubrics.map(({ id, title }) => ({ value: id, words: title })), { value: "", words: "No rubric" }];
    this.plan = element("fieldset", { class: "plan" });
    this.problem = element("p", { class: "problem", role: "alert" });
    form.append(
      element("h2", {}, "New interview"),
      element("div", {}, labelled("Rubric", choice("rubric", rubrics)), this.plan),
      element("div", {}, this.people(), this.sources(), this.engines(), this.disk()),
      this.problem,
      element("p", { class: "buttons" }, element("button", { type: "submit", class: "main" }, "Go on to consent")),
    );
    form.elements.rubric.addEventListener("change", () => this.drawPlan());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.main.replaceChildren(form);
    this.drawPlan();
    this.awaitSpeeds();
  }

  drawPlan() {
    const rubric = this.given.rubrics.find(({ id }) => id === this.form.elements.rubric.value);
    this.order = (rubric?.questions ?? []).map((question) => ({ ...question, isChosen: false }));
    this.plan.hidden = !this.order.length;
    this.list = element("ol");
    const hint = "Tick what will be asked, in this order, and for how long if you like; none ticked means that any of them may come.";
    this.plan.replaceChildren(element("legend", {}, "Plan"), element("p", { class: "hint" }, hint), this.list);
    this.drawOrder();
  }

  drawOrder(focus = null) {
    let competency = null;
    const isMixed = this.order.some(({ isChosen }) => isChosen);
    this.list.replaceChildren(...this.order.flatMap((question, n) => {
      const head = !isMixed && question.competency && question.competency !== competency ? element("li", { class: "head" }, question.competency) : null;
      competency = question.competency;
      return [head, this.planned(question, n)].filter(Boolean);
    }));
    if (focus) this.list.querySelector(`[data-focus="${focus}"]`)?.focus();
  }

  planned(question, n) {
    const { id, title, text, isChosen } = question;
    const box = element("input", { type: "checkbox", "data-focus": `box-${id}` });
    box.checked = isChosen;
    box.addEventListener("change", () => {
      question.isChosen = box.checked;
      // What is ticked stands at the top, in the order of ticking.
      const chosen = this.order.filter((one) => one.isChosen && one !== question);
      const rest = this.order.filter((one) => !one.isChosen && one !== question);
      this.order = [...chosen, question, ...rest];
      this.drawOrder(`box-${id}`);
    });
    const mover = (words, by) => {
      const button = element("button", { type: "button", "aria-label": `${title}: ${words}`, "data-focus": `${words}-${id}` }, by < 0 ? "↑" : "↓");
      button.addEventListener("click", () => this.move(n, by, `${words}-${id}`));
      return button;
    };
    return element("li", { class: isChosen ? "is-chosen" : "" },
      element("label", { title: text ?? "" }, box, element("span", {}, title)),
      isChosen ? element("span", { class: "order" }, this.minutesOf(question), mover("earlier", -1), mover("later", 1)) : null);
  }

  /** How long a question may take; empty: its share of the stage in which questions are asked. */
  minutesOf(question) {
    const field = element("input", { type: "number", min: "0.5", max: "120", step: "0.5", "aria-label": `${question.title}: minutes` });
    field.value = question.minutes ?? "";
    field.addEventListener("input", () => { question.minutes = field.valueAsNumber || null; });
    return element("span", { class: "minutes" }, field, "min");
  }

  move(n, by, focus) {
    const other = this.order[n + by];
    if (!other?.isChosen) return;
    [this.order[n], this.order[n + by]] = [other, this.order[n]];
    this.drawOrder(focus);
  }

  people() {
    const field = (name, words, attributes = {}) => labelled(words, element("input", { name, maxlength: "80", autocomplete: "off", ...attributes }));
    return element("fieldset", { class: "people" }, element("legend", {}, "People"),
      field("candidate", "Candidate", { required: "" }), field("role", "For which role"), field("interviewer", "Interviewer"), field("note_taker", "Note-taker (you)"));
  }

  sources() {
    const { devices, devices_reason: reason, files } = this.given;
    const options = devices.map((name) => ({ value: name, words: name }));
    const recordings = files.map((name) => ({ value: name, words: name }));
    const second = [{ value: "", words: "none: one device hears both" }, ...options];
    const rehearsal = options.length ? [{ value: "", words: "no" }, ...recordings] : [...recordings, { value: "", words: "no" }];
    const ways = [...(options.length ? [{ value: "", words: "this machine's microphones" }] : []), ...THROUGH];
    this.browser = new BrowserChoice();
    this.machine = element("div", {}, options.length
      ? [labelled("Interviewer's microphone", choice("first", options)), labelled("Candidate's microphone", choice("second", second)),
        levelMeters(() => this.devices())]
      : null);
    const through = choice("through", ways);
    through.addEventListener("change", () => this.drawSources(through.value));
    this.drawSources(through.value);
    return element("fieldset", { class: "sources" }, element("legend", {}, "Sound"),
      labelled("Heard through", through), this.machine, this.browser.node,
      options.length ? null : element("p", { class: "hint" }, `No microphone at Earmark's own machine: ${reason}`),
      recordings.length ? labelled("Rehearse with a recording", choice("recording", rehearsal)) : null,
      !options.length && !recordings.length
        ? element("p", { class: "hint" }, "To rehearse with a recording: ", element("code", {}, "earmark live --source FILE"))
        : null);
  }

  drawSources(through) {
    this.machine.hidden = through !== "";
    this.browser.draw(through ? through.split("+") : []);
  }

  engines() {
    const { engines, engine } = this.given;
    const options = engines.map(({ engine: name, model }) => ({ value: JSON.stringify([name, model]), words: model }));
    const select = choice("engine", options);
    select.selectedIndex = Math.max(0, engines.findIndex(({ is_chosen: isChosen }) => isChosen));
    this.nameEngines(select, this.given);
    const advice = engine.advice ? element("p", { class: "hint" }, engine.advice) : null;
    return element("fieldset", { class: "engines" }, element("legend", {}, "Engine"), labelled("Recogniser", select), advice);
  }

  nameEngines(select, { engines, is_measuring: isMeasuring }) {
    for (const [n, { engine, model, speed }] of engines.entries()) {
      const fast = speed ? `${speed}× as fast as speech here` : isMeasuring ? "measuring its speed here …" : "speed not known";
      select.options[n].textContent = `${this.given.names[engine] ?? engine}, ${model}: ${fast}`;
    }
  }

  /** An engine's speed is measured while the form is filled in. */
  async awaitSpeeds() {
    let facts = this.given;
    while (facts?.is_measuring && this.form.isConnected) {
      await new Promise((resolve) => setTimeout(resolve, SPEED_MS));
      facts = await call("/api/setup").catch(() => null);
      if (facts) this.nameEngines(this.form.elements.engine, facts);
    }
  }

  devices() {
    const { first, second } = this.form.elements;
    return [first?.value, second?.value].filter(Boolean);
  }

  disk() {
    const { free_bytes: bytes, free_hours: hours } = this.given;
    const isShort = hours < FEW_HOURS;
    const room = `${(bytes / 1e9).toFixed(1)} GB free: room for ${Math.floor(hours).toLocaleString("en")} hours of sound.`;
    return element("p", { class: isShort ? "disk is-short" : "disk" }, isShort ? `▲ ${room} Free some before a long interview.` : `✓ ${room}`);
  }

  async submit() {
    const { elements } = this.form;
    const value = (name) => elements[name]?.value?.trim() || null;
    const [engine, model] = JSON.parse(value("engine"));
    const people = Object.fromEntries(["candidate", "role", "interviewer", "note_taker"].map((name) => [name, value(name)]));
    const devices = this.devices();
    const file = value("recording");
    const isBrowser = !file && value("through");
    const plan = this.order.filter(({ isChosen }) => isChosen).map(({ id, minutes }) => ({ id, minutes: minutes ?? null }));
    const wanted = {
      rubric: value("rubric"),
      plan: plan.length ? plan : null,
      people,
      source: file ? { file } : { devices },
      speakers: !file && devices.length === 2 ? { 1: "interviewer", 2: "candidate" } : {}, // as the fields were labelled
      ...(isBrowser ? this.browser.wanted : {}),
      engine,
      model,
    };
    try {
      const { session_id: id } = await call("/api/sessions", { method: "POST", json: wanted });
      if (isBrowser) sessionStorage.setItem(captureKey(id), JSON.stringify(this.browser.settings));
      location.assign(asSeat(`/sessions/${encodeURIComponent(id)}`));
    } catch (problem) {
      this.problem.textContent = `▲ ${problem.message}`;
    }
  }
}

function labelled(words, field) {
  return element("label", {}, element("span", {}, words), field);
}

function choice(name, options) {
  return element("select", { name }, options.map(({ value, words }) => element("option", { value }, words)));
}
