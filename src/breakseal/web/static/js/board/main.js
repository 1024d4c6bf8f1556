// The call-taker's board: listens for the calls of this position, opens each in this browser, and lets go in time.
import * as session from "/browser/session.js";
import { trusted } from "../trust.js";
import { Asking } from "./again.js";
import { Calls } from "./calls.js";
import { by } from "./dom.js";
import { listenKeys } from "./keys.js";
import { openCall } from "./opening.js";
import { textOf } from "./profile.js";
import { signOut } from "./sign-out.js";
import { BoardStream } from "./stream.js";
import { CallView } from "./view.js";
import { clockTime, data, t } from "./words.js";

const RETRY = 2000;
const calls = new Calls();
const view = new CallView(data.layout, { choose });
let ahead = 0; // seconds by which the server's clock is ahead of ours
let up = true;

const now = () => Math.floor(Date.now() / 1000) + ahead;

function draw() {
  const wanted = calls.wanted();
  if (wanted) open(wanted);
  const held = calls.current;
  view.strip(calls);
  if (held) view.call(held, now());
  else view.waiting();
}

// What changed is of `held` only: another call on the screen, and the tab chosen in it, stay as they are.
function drawOf(held) {
  if (held === calls.current) draw();
  else view.strip(calls);
}

function choose(call) {
  calls.shown = call;
  draw();
}

function opened(held, profile) {
  held.profile = profile;
  held.state = "open";
  const some = Object.keys(profile.records).length > 0;
  if (calls.announce(held.news.call)) view.announce((some ? t("board.said.profile") : t("board.said.none")));
}

// Opens until it worked, the call left this board, or the keyholder refused.
async function open(news) {
  const still = () => calls.held.get(news.call)?.news?.seq === news.seq;
  while (still()) {
    const held = calls.held.get(news.call);
    try {
      const profile = await openCall(news, { categories: data.categories });
      if (!still()) return;
      opened(held, profile);
      drawOf(held);
      return;
    } catch (error) {
      if (!still()) return;
      failed(held, error);
      if (held.state !== "unavailable") return;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

const OVER = new Set(["call-ended", "call-moved"]);

function stateOf(error) {
  if (error.kind !== "refused") return "unavailable";
  return OVER.has(error.reason) ? "over" : "refused";
}

function failed(held, error) {
  if (held.profile) return; // a newer location could not be had; what was opened stays
  held.state = stateOf(error);
  held.why = error.message;
  if (held.state === "unavailable") view.health(false);
  if (held.state === "unavailable" && calls.announce(`${held.news.call} ${held.state}`)) {
    view.announce(t("board.said.unavailable"));
  }
  drawOf(held);
}

function answered(news) {
  const what = calls.answered(news);
  if (what === "open") {
    view.notice("");
    draw();
    open(news);
  }
  if (what === "waiting") {
    view.strip(calls); // the screen stays as it is
    if (!news.ended) view.whisper(t("board.said.waiting", { time: clockTime(news.since) }));
  }
  if (what === "newer") {
    draw();
    view.notice(t("board.newer.text"));
  }
}

function moved(news) {
  if (!calls.drop(news.call)) return;
  view.notice(t("board.moved", { call: news.call, position: news.position }));
  draw();
}

function ended(news) {
  if (calls.ended(news) !== "ended") return;
  view.announce(t("board.said.ended", { time: clockTime(news.until) }));
  drawOf(calls.held.get(news.call));
}

function take(news) {
  if (news.kind === "moved") moved(news);
  else {
    answered(news);
    if (news.kind === "ended") ended(news);
  }
}

function snapshot(all) {
  ahead = all.now - Math.floor(Date.now() / 1000);
  const gone = calls.beyond(all);
  for (const call of gone) calls.drop(call);
  if (gone.length) view.notice(t("board.gone"));
  for (const news of all.calls) take(news); // the newest first: of several calls that go on it comes in front
  draw();
}

function tick() {
  const over = calls.over(now());
  for (const call of over) calls.drop(call);
  if (over.length) {
    view.notice(t("board.closed"));
    draw();
  } else if (calls.current) view.state(calls.current, now());
}

// The person froze, withdrew or erased while the profile was open here.
function withdrawn(held) {
  calls.withdrawn(held);
  view.whisper(t("board.state.withdrawn"));
  drawOf(held);
}

function update() {
  const held = calls.current;
  if (!held?.newer) return;
  held.news = { ...held.newer, ended: held.news.ended, until: held.news.until };
  held.newer = null;
  view.notice("");
  draw();
  open(held.news);
}

async function copy() {
  const held = calls.current;
  if (!held?.profile) return;
  try {
    await navigator.clipboard.writeText(textOf(held.profile, data.layout));
    view.notice(t("board.copied"));
  } catch {
    view.notice(t("board.copy-failed"));
  }
}

function next() {
  const all = calls.inOrder.map((held) => held.news.call);
  if (all.length > 1) choose(all[(all.indexOf(calls.shown) + 1) % all.length]);
}

function health(profiles, serverNow) {
  if (serverNow) ahead = serverNow - Math.floor(Date.now() / 1000);
  if (up !== profiles) view.announce((profiles ? t("board.said.back") : t("board.said.unavailable")));
  up = profiles;
  view.health(profiles);
}

async function leave() {
  calls.dropAll();
  draw();
  await signOut("/board/sign-in");
}

async function start() {
  if (!(await session.current())) {
    await leave();
    return;
  }
  trusted().catch(() => {}); // says before the first call, not at it, if nothing could be checked here
  const stream = new BoardStream({ snapshot, call: take, health, gone: leave });
  session.onEnd(() => {
    stream.close();
    calls.dropAll();
    location.replace("/board/sign-in");
  });
  setInterval(tick, 1000);
  new Asking(calls, { closed: withdrawn, less: drawOf });
  listenKeys({ copy, update, next });
  by("sign-out").addEventListener("click", leave);
  by("copy").addEventListener("click", copy);
  by("newer").addEventListener("click", update);
  addEventListener("pagehide", () => calls.dropAll());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

start();
