// What every page's module starts from: its data, its words, and small ways to change what is shown.
function block(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "null");
}

export const data = block("page-data");
const messages = block("page-messages") ?? {};
export const language = document.documentElement.lang;

// The message `id` in the page's language, its {names} filled in.
export function t(id, values = {}) {
  const text = messages[id] ?? id;
  return text.replaceAll(/\{(\w+)\}/gu, (whole, name) => String(values[name] ?? whole));
}

export function has(id) {
  return Object.hasOwn(messages, id);
}

export const at = (id) => document.getElementById(id);

// An element with attributes and children; a child may be text. Nothing is ever parsed as markup.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(label, onclick, kind = "outline") {
  return make("button", { type: "button", class: `usa-button${kind ? ` usa-button--${kind}` : ""}`, onclick }, label);
}

// An address of this site that keeps a language asked for by address.
export function local(path) {
  const lang = new URLSearchParams(location.search).get("lang");
  return lang ? `${path}${path.includes("?") ? "&" : "?"}lang=${lang}` : path;
}

export function when(seconds) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(seconds * 1000));
}

export function clock(seconds) {
  return new Intl.DateTimeFormat(language, { timeStyle: "short" }).format(new Date(seconds * 1000));
}

export function day(seconds, timeZone = undefined) {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone }).format(new Date(seconds * 1000));
}

// How long ago, in the largest unit that fits.
export function age(seconds) {
  const names = [["second", 1], ["minute", 60], ["hour", 3600]];
  const [unit, size] = names.findLast(([, one]) => seconds >= one) ?? names[0];
  return new Intl.RelativeTimeFormat(language).format(-Math.max(0, Math.floor(seconds / size)), unit);
}

export function download(name, bytes, type) {
  const href = URL.createObjectURL(new Blob([bytes], { type }));
  const link = make("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

// Asks in a dialog; resolves to whether the person agreed.
export function confirmed(title, text, yes) {
  return new Promise((resolve) => {
    const dialog = make("dialog", { class: "bs-dialog", "aria-labelledby": "dialog-title" });
    const answer = (value) => () => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    dialog.addEventListener("cancel", answer(false));
    dialog.append(
      make("h2", { id: "dialog-title" }, title), make("p", {}, text),
      make("div", { class: "bs-actions" }, button(yes, answer(true), "secondary"), button(t("js.home.no"), answer(false))),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
