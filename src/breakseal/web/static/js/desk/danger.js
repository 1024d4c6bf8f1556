// The desk of a control room in a danger to life: what waits for the supervisor, where each request stands, what to do next.
import { b64, decode, sha256, unb64 } from "/browser/canonical.js";
import { signAtDoor } from "/browser/door-link.js";
import { build, now } from "/browser/statements.js";
import { at, button, clock, data, local, make, t, when } from "../page.js";
import { endOf, isOpen, judgedBy, judgementOf, leftOf, read, stateOf } from "./exigent-ground.js";
import { choose, mount, returned } from "./looking.js";
import { done, trouble, why } from "./telling.js";
import { keep, timer } from "./ticking.js";

const back = location.origin + local("/danger");
const investigator = data.role === "investigator";
const line = (text, quiet = false) => make("p", quiet ? { class: "bs-quiet" } : {}, text);
const failed = (error) => trouble(why(error));

// The address says only which request: the door reads the rest itself, because it names part of a phone.
async function toSecond(envelope) {
  const request = b64(await sha256(unb64(decode(unb64(envelope)).payload)));
  const statement = build("second-exigent", { request, number: "", reason: "" });
  return signAtDoor({ flow: "second", statement, back });
}

function waits({ envelope, danger, expires }) {
  const sign = investigator ? null : button(t("danger.second"), () => toSecond(envelope).catch(failed), "");
  sign?.setAttribute("aria-label", `${t("danger.second")}: ${danger}`);
  return make("li", { class: "bs-alarm bs-alarm--wait", "data-state": "waits" },
    make("h3", {}, t("danger.state.waits", { until: clock(expires) })), timer(expires), make("blockquote", {}, danger),
    line(t("danger.next.waits." + data.role)), sign && make("div", { class: "bs-actions" }, sign));
}

const TONE = { alone: "go", confirmed: "go", looked: "wait", "too-late": "wait", "used-up": "wait" };

// What to do next: in one sentence, and where the agency is called back, with the number.
function next(request, state) {
  const mine = request.officer === data.handle;
  if (isOpen(state)) return [line(t("danger.next." + (mine ? state : "not-mine"), { name: request.names[0], left: leftOf(request) }))];
  if (state !== "looked" && state !== "too-late") return [line(t("danger.next." + state))];
  return [line(t("danger.next.call-back")), request.line ? make("p", { class: "bs-line" }, request.line.line) : line(t("danger.no-line")), line(t("danger.next.read-back"))];
}

function judgement(request) {
  const state = judgementOf(request);
  const kind = { owed: "bs-quiet", overdue: "bs-note bs-note--bad", "not-upheld": "bs-note bs-note--bad" }[state] ?? "bs-quiet";
  return make("p", { class: kind, "data-judgement": state }, t("danger.judgement." + state, { by: when(judgedBy(request)) }));
}

function item(request) {
  const state = stateOf(request);
  const [asked, seconded] = request.names;
  const title = request.wrote[0] || t("danger.lost");
  const mine = isOpen(state) && request.officer === data.handle;
  const look = mine ? button(t("danger.look." + state), () => choose({ name: request.name, title }), "") : null;
  look?.setAttribute("aria-label", `${t("danger.look." + state)}: ${title}`);
  const times = { until: clock(endOf(request, state)), left: leftOf(request) };
  return make("li", { class: `bs-alarm bs-alarm--${TONE[state] ?? "stop"}`, "data-state": state },
    make("h3", {}, t("danger.state." + state, times)), TONE[state] ? timer(endOf(request, state)) : null, make("blockquote", {}, title),
    ...next(request, state), look && make("div", { class: "bs-actions" }, look),
    asked ? line(t("danger.by", { asked, seconded, when: when(request.began) }), true) : null, judgement(request));
}

function draw({ waiting, requests }) {
  const live = waiting.filter(({ expires }) => expires > now());
  const none = live.length + requests.length === 0;
  at("opening").hidden = !none;
  at("opening").textContent = t("danger.none." + data.role);
  at("refused").hidden = !requests.some((one) => ["overdue", "not-upheld"].includes(judgementOf(one)));
  at("requests").replaceChildren(...live.map(waits), ...requests.map(item));
}

const states = ({ waiting, requests }) => [waiting.map(({ expires }) => expires > now()), requests.map((one) => [stateOf(one), judgementOf(one)])];

async function start() {
  try {
    const told = await returned();
    if (told) done(told.ok ? t("danger.signed." + data.role) : t("danger.not-signed"));
  } catch (error) {
    failed(error);
  }
  await keep(read, draw, states);
}

mount({ back, home: "h-requests" });
at("begin")?.addEventListener("click", () => signAtDoor({ flow: "exigent", back }));
start().catch((error) => {
  at("opening").hidden = true;
  failed(error);
});
