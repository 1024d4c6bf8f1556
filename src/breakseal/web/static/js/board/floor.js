// A supervisor's view: the centre's live calls without callers; one opens with a typed reason, on the record.
import * as session from "/browser/session.js";
import { trusted } from "../trust.js";
import { Asking } from "./again.js";
import { Calls } from "./calls.js";
import { by, make, show } from "./dom.js";
import { listenKeys } from "./keys.js";
import { openCall } from "./opening.js";
import { textOf } from "./profile.js";
import { signOut } from "./sign-out.js";
import { CallView } from "./view.js";
import { clockTime, data, t } from "./words.js";

const EVERY = 2000;
const calls = new Calls();
const view = new CallView(data.layout, { choose() {} });
let listed = [];
let chosen = null;
let ahead = 0;

const now = () => Math.floor(Date.now() / 1000) + ahead;

function line(news) {
  const button = make("button", { type: "button", class: "usa-button usa-button--outline", text: t("board.floor.open") });
  button.setAttribute("aria-label", t("board.floor.open-call", { call: news.call }));
  button.addEventListener("click", () => ask(news));
  const state = news.ended ? t("board.floor.ended") : t("board.floor.live");
  return make("tr", { "data-key": `${news.call} ${news.seq} ${news.ended}` },
    make("th", { scope: "row", text: news.position }), make("td", { text: news.call }),
    make("td", { text: clockTime(news.since) }), make("td", { text: state }), make("td", {}, button));
}

function list(all) {
  const key = JSON.stringify(all.calls);
  if (key === JSON.stringify(listed)) return; // leave the rows alone, so that focus stays where it is
  listed = all.calls;
  by("floor-rows").replaceChildren(...listed.map(line));
  show("floor-table", listed.length > 0);
  show("floor-empty", listed.length === 0);
}

function follow(all) {
  for (const call of calls.beyond(all)) {
    calls.drop(call);
    close(t("board.closed"));
  }
  for (const news of all.calls) if (news.ended) calls.ended(news);
  if (calls.current) view.state(calls.current, now());
}

async function poll() {
  try {
    const answer = await fetch("/api/calls/live", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.status === 401 || answer.status === 403) return leave();
    if (!answer.ok) throw new Error("unavailable");
    const all = await answer.json();
    ahead = all.now - Math.floor(Date.now() / 1000);
    view.health(all.profiles);
    list(all);
    follow(all);
  } catch {
    view.health(false);
  }
}

function ask(news) {
  chosen = news;
  by("reason-title").textContent = t("board.floor.reason-title", { call: news.call, position: news.position });
  show("reason-form", true);
  by("reason").focus();
}

async function open(event) {
  event.preventDefault();
  const news = chosen;
  const reason = by("reason").value.trim();
  if (reason.length < 10) return;
  show("reason-form", false);
  by("reason").value = "";
  calls.dropAll();
  calls.answered(news);
  view.call(calls.current, now());
  show("floor-close", true);
  try {
    const held = calls.current;
    held.profile = await openCall(news, { categories: data.categories, reason });
    held.state = "open";
    view.call(held, now());
    view.announce((Object.keys(held.profile.records).length ? t("board.said.profile") : t("board.said.none")));
  } catch (error) {
    close(error.kind === "refused" ? t("board.refused", { why: error.message }) : t("board.state.unavailable"));
  }
}

function close(text = "") {
  calls.dropAll();
  view.waiting();
  view.notice(text);
  show("floor-close", false);
}

async function copy() {
  const profile = calls.current?.profile;
  if (!profile) return;
  await navigator.clipboard.writeText(textOf(profile, data.layout)).then(
    () => view.notice(t("board.copied")), () => view.notice(t("board.copy-failed")));
}

async function leave() {
  calls.dropAll();
  await signOut("/board/sign-in");
}

function tick() {
  if (calls.over(now()).length) close(t("board.closed"));
  else if (calls.current) view.state(calls.current, now());
}

async function start() {
  if (!(await session.current())) return leave();
  trusted().catch(() => {}); // says before a call is opened if nothing could be checked here
  session.onEnd(() => location.replace("/board/sign-in"));
  by("reason-form").addEventListener("submit", open);
  by("reason-cancel").addEventListener("click", () => show("reason-form", false));
  by("floor-close").addEventListener("click", () => close());
  by("sign-out").addEventListener("click", leave);
  by("copy").addEventListener("click", copy);
  listenKeys({ copy, update() {}, next() {} });
  addEventListener("pagehide", () => calls.dropAll());
  setInterval(poll, EVERY);
  setInterval(tick, 1000);
  new Asking(calls, { closed: () => close(t("board.state.withdrawn")), less: (held) => view.call(held, now()) });
  await poll();
}

start();
