// One step of the profile: its form, its value, and its saving.
import { resync, save } from "./own.js";
import { t } from "./page.js";
import { takePhoto } from "./photo.js";
import { phoneProof } from "./phones.js";
import { watchYears, yearsHold } from "./years.js";

const IDLE = 3000;
const UNKNOWN_OUTCOME = new Set(["keyholder-unavailable", "unavailable", "store-unavailable"]);

export class Section {
  constructor({ step, category, items, max }, { say, names }) {
    Object.assign(this, { step, category, items, max, say, names, version: 0, dirty: false, doubtful: false, count: 0 });
    this.root = document.getElementById(`step-${step}`);
    this.list = this.root.querySelector('[data-part="items"]');
    this.template = this.root.querySelector("template");
    this.add = this.root.querySelector('[data-part="add"]');
    this.add?.addEventListener("click", () => this.append({}, true));
    this.root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    this.root.addEventListener("input", () => this.changed());
    watchYears(this.list);
    this.saving = Promise.resolve(true);
  }

  fill(value, version) {
    this.version = version;
    const entries = this.items ? (value[this.items] ?? []) : [value];
    for (const entry of entries.length > 0 ? entries : [{}]) this.append(entry, false);
    this.kept = JSON.stringify(this.value());
  }

  append(entry, focus) {
    const number = (this.count += 1);
    const item = this.template.content.firstElementChild.cloneNode(true);
    for (const element of item.querySelectorAll("[id], [for], [aria-describedby]")) {
      for (const name of ["id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__n__", number));
      }
    }
    for (const control of item.querySelectorAll("[data-key]")) put(control, entry[control.dataset.key]);
    item.querySelector('[data-part="remove"]')?.addEventListener("click", () => this.drop(item));
    for (const file of item.querySelectorAll('input[type="file"]')) {
      file.addEventListener("change", () => takePhoto(file, () => this.changed()));
    }
    this.list.append(item);
    this.title();
    if (this.step === "phones") phoneProof(item);
    if (focus) {
      item.querySelector("input, textarea, select")?.focus();
    }
  }

  drop(item) {
    item.remove();
    this.title();
    this.changed();
    this.add?.focus();
  }

  // Names each card, and tells apart the buttons that take one out.
  title() {
    const cards = [...this.list.children];
    for (const [at, card] of cards.entries()) {
      const head = card.querySelector('[data-part="name"]');
      if (!head) continue;
      const one = t("step." + `${this.step}.one`);
      head.textContent = `${one} ${at + 1}`;
      card.querySelector('[data-part="remove"]').setAttribute("aria-label", `${t("js.remove")}: ${one} ${at + 1}`);
    }
    if (this.add) this.add.hidden = cards.length >= this.max;
  }

  refresh() {
    this.say(this.dirty ? "unsaved" : "saved", this.dirty ? t("js.unsaved") : this.version > 0 ? t("js.saved") : "");
    if (this.step === "medical" || this.step === "phones") this.offer();
  }

  // A household of one needs no question whom an entry is about.
  offer() {
    const [only, ...others] = this.names();
    const person = this.list.querySelector('[data-key="person"]');
    if (this.step === "medical" && only && others.length === 0 && person && !person.value && this.version === 0) {
      person.value = only;
    }
  }

  value() {
    const entries = [...this.list.children].map(valueOf);
    if (!this.items) return entries[0] ?? {};
    const filled = entries.filter((entry) => Object.keys(entry).length > 0);
    return filled.length > 0 ? { [this.items]: filled } : {};
  }

  // Whom an entry is about is no answer by itself: the page may have filled it in.
  empty() {
    const entries = this.items ? (this.value()[this.items] ?? []) : [this.value()];
    return entries.every((entry) => Object.keys(entry).every((key) => key === "person"));
  }

  changed() {
    this.dirty = JSON.stringify(this.value()) !== this.kept;
    clearTimeout(this.timer);
    if (!this.dirty) return this.refresh();
    this.say("unsaved", t("js.unsaved"));
    this.timer = setTimeout(() => this.save(), IDLE);
  }

  // Saves what has changed, one save after another. -> whether everything is saved
  save() {
    clearTimeout(this.timer);
    this.saving = this.saving.then(() => this.store());
    return this.saving;
  }

  // Nothing is lost: the words stay in the page, and the field says what it needs.
  refuse() {
    this.say("failed", t("js.year.unsaved"));
    return false;
  }

  async store() {
    const value = this.value();
    const text = JSON.stringify(value);
    if (text === this.kept) return true;
    if (!yearsHold(this.list)) return this.refuse();
    this.say("saving", t("js.saving"));
    try {
      if (this.doubtful) this.version = await resync(this.category);
      this.doubtful = false;
      await save(this.category, this.version + 1, value);
    } catch (error) {
      this.doubtful = !error.status || UNKNOWN_OUTCOME.has(error.reason) || error.reason === "version-taken";
      this.say("failed", t("js.failed", { why: error.message }));
      return false;
    }
    this.version += 1;
    this.saved?.();
    this.kept = text;
    this.dirty = JSON.stringify(this.value()) !== text;
    this.say(this.dirty ? "unsaved" : "saved", this.dirty ? t("js.unsaved") : t("js.saved"));
    return true;
  }
}

function put(control, value) {
  if (value === undefined) return;
  if (control.dataset.kind === "choices") {
    for (const box of control.querySelectorAll("input")) box.checked = value.includes(box.value);
  } else if (control.dataset.kind === "image") {
    control.dataset.value = value;
    showImage(control, value);
  } else {
    control.value = value;
  }
}

export function showImage(control, value) {
  const image = control.querySelector("img");
  image.src = `data:image/jpeg;base64,${value.replaceAll("-", "+").replaceAll("_", "/")}`;
  image.hidden = false;
}

function valueOf(item) {
  const entry = {};
  for (const control of item.querySelectorAll("[data-key]")) {
    const value = read(control);
    if (value.length > 0) entry[control.dataset.key] = value;
  }
  return entry;
}

function read(control) {
  if (control.dataset.kind === "choices") {
    return [...control.querySelectorAll("input:checked")].map((box) => box.value);
  }
  if (control.dataset.kind === "image") return control.dataset.value ?? "";
  return control.value.trim().toWellFormed?.() ?? control.value.trim();
}

