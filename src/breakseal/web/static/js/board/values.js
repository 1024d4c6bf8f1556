// How one field's value is shown. The field says its label and the words of its choices; the value is the person's own.
import { make } from "./dom.js";
import { t } from "./words.js";

export function isEmpty(value) {
  if (value === null || value === undefined || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.every(isEmpty);
  return typeof value === "object" && Object.values(value).every(isEmpty);
}

function word(field, value) {
  if (field.kind === "year" && /^\d{4}$/u.test(value)) {
    return t("board.born", { year: value, age: new Date().getFullYear() - Number(value) });
  }
  return field.choices?.[value] ?? String(value);
}

// One line of text for a value, for copying and for short places.
export function lineOf(field, value) {
  if (field.kind === "items") return entriesOf(field, value).map((one) => lineOfRow(field, one)).join("; ");
  if (field.kind === "image") return t("board.photo");
  if (Array.isArray(value)) return value.map((one) => word(field, one)).join(", ");
  return word(field, value);
}

function lineOfRow(field, value) {
  return parts(field, value).map((part) => lineOf(part, value[part.name])).join(", ");
}

function parts(field, value) {
  return (field.parts ?? []).filter((part) => !isEmpty(value[part.name]));
}

// One person or thing: what names it first, then each part with its label.
function row(field, value) {
  const [head, ...others] = parts(field, value);
  const rest = others.map((part) => make("div", { class: `bd-part bd-part--${part.name}` },
    make("span", { class: "bs-part__label", text: part.label }), node(part, value[part.name])));
  return make("li", {}, head ? make("div", { class: "bd-head" }, node(head, value[head.name])) : null, ...rest);
}

function photo(value) {
  const base64 = value.replaceAll("-", "+").replaceAll("_", "/");
  return make("img", { class: "bd-photo", src: `data:image/jpeg;base64,${base64}`, alt: t("board.photo") });
}

// The entries of a list that are worth showing here: not empty, and not the ordinary case.
export function entriesOf(field, value) {
  const ordinary = Object.entries(field.unlike ?? {});
  return value.filter((one) => !isEmpty(one) && ordinary.every(([name, usual]) => one[name] && one[name] !== usual));
}

// The element that shows a value: text, words of choices, a photo, or a list of people or things.
export function node(field, value) {
  if (field.kind === "items") {
    return make("ul", { class: "bd-list" }, ...entriesOf(field, value).map((one) => row(field, one)));
  }
  if (field.kind === "image") return photo(value);
  const text = make("span", { class: "bd-text", text: lineOf(field, value) });
  if (field.kind === "phone") text.classList.add("bd-mono");
  return text;
}
