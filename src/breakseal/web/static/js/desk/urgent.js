// Other agencies' urgent requests at a reviewer's desk: whom a duty reviewer calls, what is still to be judged, and by when.
import { signAtDoor } from "/browser/door-link.js";
import { build } from "/browser/statements.js";
import { at, button, clock, data, local, make, t, when } from "../page.js";
import { endOf, judgedBy, judgementOf, read, stateOf } from "./exigent-ground.js";
import { trouble, why } from "./telling.js";
import { keep, timer } from "./ticking.js";

const back = location.origin + local("/reviews");
const nameOf = (org) => data.names[org] ?? org;
const line = (text, quiet = false) => make("p", quiet ? { class: "bs-quiet" } : {}, text);
const LIVE = new Set(["alone", "looked", "too-late", "confirmed", "used-up", "denied"]);

// What this reviewer may do: {flow, statement, label}, or null.
function task(request) {
  const { name, line: held, spoke, result } = request;
  if (spoke === data.handle) return null;
  if (data.role === "duty-reviewer") {
    return held && { flow: "call-back", label: t("urgent.called"), statement: ["confirm-exigent", { exigent: name, line: held.line, digits: "", result: "confirmed" }] };
  }
  const released = result === "not-upheld";
  const statement = ["review-exigent", { exigent: name, result: released ? "released" : "upheld", reason: "" }];
  return { flow: "judge", label: released ? t("urgent.release") : t("urgent.judge"), statement };
}

// What is this reviewer's: a duty reviewer's while it can still be confirmed, another's while its judgement is owed.
function isMine(request) {
  if (data.role === "duty-reviewer") return LIVE.has(stateOf(request));
  return request.result === "" || (data.role === "oversight" && request.result === "not-upheld");
}

function act(request) {
  const found = task(request);
  if (!found) return line(request.spoke === data.handle ? t("urgent.by-you") : t("urgent.no-line"));
  const [type, fields] = found.statement;
  const go = () => signAtDoor({ flow: found.flow, statement: build(type, fields), back }).catch((error) => trouble(why(error)));
  const press = button(found.label, go, "");
  press.setAttribute("aria-label", `${found.label}: ${nameOf(request.agency)}`);
  return make("div", { class: "bs-actions" }, press);
}

function script(request) {
  const [asked, seconded] = request.names;
  const values = { agency: nameOf(request.agency), asked, seconded, time: clock(request.began) };
  return make("ol", { class: "bs-list" }, ...["call", "ask", "officers", "read-back", "sure"].map((step) => make("li", {}, t("urgent.script." + step, values))));
}

function toCall(request) {
  if (!request.line) return [line(t("urgent.no-line"))];
  const number = make("p", { class: "bs-line" }, make("a", { href: `tel:${request.line.line}` }, request.line.line));
  return [line(t("urgent.number")), number, data.role === "duty-reviewer" ? script(request) : null];
}

function about(request) {
  const [danger, reason] = request.wrote;
  const [asked, seconded] = request.names;
  if (!asked) return [line(t("danger.lost"))];
  return [make("blockquote", {}, danger), line(t("urgent.asked", { asked, seconded, when: when(request.began) })), line(t("urgent.reason", { reason })),
    line(t("urgent.looks", { used: request.used }), true)];
}

function item(request) {
  const judgement = judgementOf(request);
  const duty = data.role === "duty-reviewer";
  const state = duty ? stateOf(request) : judgement;
  const until = duty ? endOf(request, "") : judgedBy(request);
  const said = duty ? t("urgent.state." + request.state) : t("urgent.judgement." + judgement, { by: when(until) });
  const tone = state === "overdue" || state === "denied" || state === "not-upheld" ? "stop" : "wait";
  return make("li", { class: `bs-alarm bs-alarm--${state === "confirmed" ? "go" : tone}`, "data-state": state },
    make("h3", {}, nameOf(request.agency)), make("p", {}, make("strong", {}, said)), duty || judgement === "owed" ? timer(until) : null,
    ...about(request), ...toCall(request), act(request));
}

function draw({ requests }) {
  const mine = requests.filter(isMine);
  at("urgent-opening").hidden = mine.length > 0;
  at("urgent-opening").textContent = t("urgent.none." + data.role);
  at("urgent").replaceChildren(...mine.map(item));
}

export const list = () => keep(read, draw, ({ requests }) => requests.map((one) => [stateOf(one), judgementOf(one)]));
