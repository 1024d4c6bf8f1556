// A list that stays true while nobody touches it: read again every few seconds, and a clock that runs in it.
import { now } from "/browser/statements.js";
import { clock, make, t } from "../page.js";
import { quiet, trouble, why } from "./telling.js";

const READ_EVERY = 5_000;

// "14:59" or "3:59:07" until `until` (Unix seconds), counting by itself; not read out each second.
export function timer(until) {
  return make("p", { class: "bs-timer", role: "timer", "data-until": until }, left(until));
}

function left(until) {
  const seconds = Math.max(0, until - now());
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function tick() {
  for (const one of document.querySelectorAll("[data-until]")) one.textContent = left(Number(one.dataset.until));
}

// Reads now and again, and calls `draw(what was read)` where something changed, by what was read or by the clock.
// What could not be read again is said, so that nobody trusts an old list.
export async function keep(read, draw, stateOf) {
  let last = "";
  let known;
  let renewed = now();
  let stale = false;
  const drawn = () => {
    const state = JSON.stringify([known, stateOf(known)]);
    if (state !== last) draw(known);
    last = state;
  };
  const again = async () => {
    if (document.hidden) return;
    try {
      known = await read();
      if (stale) quiet();
      [renewed, stale] = [now(), false];
    } catch (error) {
      if (!stale) trouble(t("desk.stale", { time: clock(renewed) }), why(error));
      stale = true;
    }
    drawn();
  };
  known = await read();
  drawn();
  setInterval(() => {
    tick();
    drawn();
  }, 1000);
  setInterval(again, READ_EVERY);
  document.addEventListener("visibilitychange", again);
}
