// A request in a danger to life as a ground: how it stands now, and until when. The keyholder judges; this only says what it will.
import { decode, unb64 } from "/browser/canonical.js";
import { now } from "/browser/statements.js";
import { readDesk } from "../own.js";
import { data } from "../page.js";

const { times } = data;
const OPEN = new Set(["alone", "confirmed"]);

// How a request stands: whether its officer may look, else what it waits for or why it is over.
export function stateOf({ began, used, state, result }, time = now()) {
  if (result === "not-upheld" || result === "released") return "not-upheld";
  if (time >= began + times.life) return "over";
  if (state === "denied") return "denied";
  if (state === "confirmed") return used < times.looks ? "confirmed" : "used-up";
  if (used > 0) return "looked";
  return time < began + times.alone ? "alone" : "too-late";
}

// How its judgement stands.
export function judgementOf({ began, result }, time = now()) {
  if (result) return result;
  return time < began + times.review ? "owed" : "overdue";
}

export const endOf = ({ began }, state) => began + (state === "alone" ? times.alone : times.life);
export const judgedBy = ({ began }) => began + times.review;
export const leftOf = ({ used }) => times.looks - used;
export const isOpen = (state) => OPEN.has(state);

function waiting(envelope) {
  const { danger, expires } = decode(unb64(decode(unb64(envelope)).payload));
  return { envelope, danger, expires };
}

// {waiting: what no supervisor has signed yet, requests: the rest, newest first}
export async function read() {
  const desk = await readDesk("exigent");
  return { waiting: desk.waiting.map(waiting), requests: desk.requests };
}
