// The profile in steps: opened once, edited in this page, sealed and saved step by step.
import { Section } from "./section.js";
import { keepButton, keptUntil } from "./keep.js";
import { desk, openOwn } from "./own.js";
import { at, data, local, make, t } from "./page.js";
import { trusted } from "./trust.js";

const sections = new Map();
let shown;

function say(state, text) {
  at("state").dataset.state = state;
  at("state").textContent = text;
}

function trouble(error) {
  at("trouble").replaceChildren(make("h1", {}, t("js.closed")), make("div", { class: "bs-note bs-note--bad" }, make("p", {}, error.message),
    make("button", { class: "usa-button", type: "button", onclick: () => location.reload() }, t("js.retry"))));
}

function names() {
  const people = sections.get("who").value().people ?? [];
  return people.map((person) => person.name).filter(Boolean);
}

function offerNames() {
  at("household").replaceChildren(...names().map((value) => make("option", { value })));
}

function mark() {
  for (const link of document.querySelectorAll(".bs-progress a")) {
    link.classList.toggle("is-filled", !sections.get(link.dataset.step).empty());
    link.parentElement.classList.toggle("is-filled", !sections.get(link.dataset.step).empty());
    if (link.dataset.step === shown) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
}

// The other language opens at the step that is shown, not at the one that the page began with.
function keepLanguageLink(step) {
  const link = document.querySelector(".bs-nav a[hreflang]");
  if (link) link.href = `/profile/${step}?lang=${link.hreflang}`;
}

function show(step, { push = true, focus = true } = {}) {
  shown = step;
  offerNames();
  for (const [name, section] of sections) section.root.hidden = name !== step;
  const order = data.steps.map((one) => one.step);
  at("back").hidden = order[0] === step;
  at("next").textContent = order.at(-1) === step ? at("next").dataset.done : at("next").dataset.next;
  mark();
  keepLanguageLink(step);
  sections.get(step).refresh();
  if (push) history.pushState({ step }, "", local(`/profile/${step}`));
  if (focus) at(`title-${step}`).focus();
  window.scrollTo(0, 0);
}

async function leave(to) {
  if (!(await sections.get(shown).save())) return;
  const order = data.steps.map((one) => one.step);
  const step = to ?? order[order.indexOf(shown) + 1];
  if (step) show(step);
  else location.assign(local("/turn-on"));
}

// Until when a step is kept, as long as nothing was written in this page: what is, is kept from then on.
function drawKept(section, record) {
  const box = section.root.querySelector('[data-part="kept"]');
  box.hidden = !record;
  if (!record) return;
  const keep = keepButton([record], (sign) => async () => {
    say("saving", t("js.saving"));
    try {
      await sign();
      const { records } = await desk();
      drawKept(section, records.find(({ category }) => category === section.category));
      section.refresh();
    } catch (error) {
      say("failed", t("js.failed", { why: error.message }));
    }
  });
  box.replaceChildren(...[make("span", {}, keptUntil(record), " "), keep].filter(Boolean));
}

function listen() {
  for (const link of document.querySelectorAll(".bs-progress a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      leave(link.dataset.step);
    });
  }
  at("next").addEventListener("click", () => leave());
  at("back").addEventListener("click", () => {
    const order = data.steps.map((one) => one.step);
    leave(order[order.indexOf(shown) - 1]);
  });
  window.addEventListener("popstate", (event) => show(event.state?.step ?? data.step, { push: false }));
  window.addEventListener("beforeunload", (event) => {
    if ([...sections.values()].some((section) => section.dirty)) event.preventDefault();
  });
}

async function begin() {
  trusted().catch(() => {}); // says at once, not after the first sentence, if nothing can be sealed here
  const [opened, { records }] = await Promise.all([openOwn(data.steps.map((one) => one.category)), desk()]);
  const held = new Map(records.map((record) => [record.category, record]));
  for (const one of data.steps) {
    const section = new Section(one, { say, names });
    // What does not open because its time is over has a version all the same: the next is written after it.
    section.fill(opened.fields[one.category] ?? {}, held.get(one.category)?.version ?? 0);
    drawKept(section, held.get(one.category));
    section.saved = () => drawKept(section, null);
    sections.set(one.step, section);
  }
  listen();
  at("opening").hidden = true;
  at("save-bar").hidden = false;
  show(data.step, { push: false, focus: false });
}

try {
  await begin();
} catch (error) {
  at("opening").hidden = true;
  trouble(error);
}
