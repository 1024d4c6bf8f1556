// The page's words and data, as the server put them into the page.
import { by } from "./dom.js";

const messages = JSON.parse(by("page-messages")?.textContent || "{}");

export const data = JSON.parse(by("page-data")?.textContent || "null");
export const language = document.documentElement.lang || "en";

export function t(key, values = {}) {
  const text = messages[key] ?? key;
  return text.replace(/\{(\w+)\}/gu, (whole, name) => (name in values ? String(values[name]) : whole));
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: language === "en" };

export function clockTime(seconds) {
  return new Intl.DateTimeFormat(language, CLOCK).format(new Date(seconds * 1000));
}

// "32:05", or "1:02:05" from an hour on.
export function duration(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(left / 3600), Math.floor((left % 3600) / 60), left % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, at) => (at ? String(part).padStart(2, "0") : String(part))).join(":");
}

export function age(seconds) {
  const minutes = Math.floor(Math.max(0, seconds) / 60);
  if (minutes < 1) return t("board.age.now");
  if (minutes < 120) return t("board.age.minutes", { n: minutes });
  return t("board.age.hours", { n: Math.floor(minutes / 60) });
}
