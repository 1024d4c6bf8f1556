// One call's tab: when it was answered and how it stands; a name only once it was opened in this browser.
import { make } from "./dom.js";
import { clockTime, t } from "./words.js";

// Whose profile is open, by the first person of the household; "" before an opening, after a miss, and once withdrawn.
export function nameOf(held) {
  const people = (held.profile?.records["emergency.identity"]?.people ?? []).filter((person) => person?.name);
  if (!people.length) return "";
  return people.length > 1 ? t("board.strip.more", { name: people[0].name, n: people.length - 1 }) : people[0].name;
}

function standing(held) {
  if (held.news.ended) return t("board.strip.ended");
  return held.state === "waiting" ? t("board.strip.waiting") : t("board.strip.live");
}

export function tabOf(held, shown) {
  const { call, since, ended } = held.news;
  const name = nameOf(held);
  const waits = held.state === "waiting" && !ended;
  return make("button", {
    type: "button", "data-call": call, "aria-pressed": String(shown), class: `bs-strip__call${waits ? " bs-strip__call--waiting" : ""}`,
  },
  make("strong", { text: t("board.strip.answered", { time: clockTime(since) }) }), " ",
  make("span", { class: "bs-strip__state", text: standing(held) }), " ",
  name ? make("span", { class: "bs-strip__name", text: name }) : null, " ",
  make("small", { text: t("board.call.title", { call }) }));
}
