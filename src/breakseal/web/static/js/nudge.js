// Reminds of a second way in while there is only one key: a lost phone would end the person's own access.
import { at } from "./page.js";

const LATER = "breakseal.nudge-later"; // when the reminder may come again, in this browser only
const WEEK = 7 * 86_400_000;

// Keys that stay; a session's ends by itself.
function lasting(held) {
  return held.keys.filter((key) => key.use !== "session");
}

export function nudge(held) {
  const secured = lasting(held).length > 1 || held.keys.some((key) => key.use === "recovery");
  at("nudge").hidden = secured || Number(localStorage.getItem(LATER) ?? 0) > Date.now();
}

export function hideNudge() {
  at("nudge").hidden = true;
}

at("nudge-later").addEventListener("click", () => {
  localStorage.setItem(LATER, String(Date.now() + WEEK));
  hideNudge();
  at("h-looked").focus();
});
