// Building blocks of a page: elements, messages, busy buttons. Text is always set as text.
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

export const at = (id) => document.getElementById(id);

export function reveal(id, shown = true) {
  const node = at(id);
  node.hidden = !shown;
  return node;
}

// Shows one part of the page, hides its sisters, and moves the focus to its heading.
export function step(id) {
  for (const part of document.querySelectorAll("[data-step]")) part.hidden = part.id !== id;
  clearProblem();
  const heading = at(id).querySelector("h1, h2");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus();
  }
}

export function clearProblem() {
  at("problem").replaceChildren();
}

export function alertBox(kind, title, text, level = "h2") {
  const heading = title ? el(level, { class: "usa-alert__heading" }, title) : null;
  const body = el("div", { class: "usa-alert__body" }, heading, el("p", { class: "usa-alert__text" }, text));
  return el("div", { class: `usa-alert usa-alert--${kind}${title ? "" : " usa-alert--slim"}` }, body);
}

export function problem(title, text, kind = "error") {
  const level = document.querySelector("[data-step]:not([hidden]) h1") ? "h2" : "h1";
  at("problem").replaceChildren(alertBox(kind, title, text, level));
  at("problem").scrollIntoView({ block: "nearest" });
}

export function tell(text) {
  at("status").textContent = text;
}

// Runs `action` with the buttons asleep, says that it works, and shows what failed in plain words.
export async function busy(words, action) {
  const buttons = [...document.querySelectorAll("button")].filter((button) => !button.disabled);
  clearProblem();
  for (const button of buttons) button.disabled = true;
  tell(words.say("busy"));
  try {
    await action();
  } catch (error) {
    const { title, text, kind } = words.explain(error);
    problem(title, text, kind);
  } finally {
    for (const button of buttons) button.disabled = false;
    tell("");
  }
}

export function button(text, onClick, style = "") {
  const node = el("button", { type: "button", class: `usa-button ${style}`.trim() }, text);
  node.addEventListener("click", onClick);
  return node;
}

// Gives the person `bytes` of JSON as a file.
export function save(bytes, name) {
  const link = el("a", { href: URL.createObjectURL(new Blob([bytes], { type: "application/json" })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

export function demoTag(words) {
  return el("span", { class: "usa-tag door-demo-tag" }, words.say("demo.tag"));
}
