// The demo's telephone: dials, hands over, hangs up, and shows and answers what came by text message.
const by = (id) => document.getElementById(id);
const messages = JSON.parse(by("words").textContent);
const language = document.documentElement.lang;

function t(key, values = {}) {
  return (messages[key] ?? key).replace(/\{(\w+)\}/gu, (whole, name) => values[name] ?? whole);
}

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function time(seconds) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(seconds * 1000));
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(t("phone.failed"));
  return answer.status === 204 ? null : answer.json();
}

function say(line) {
  const what = line.state === "ended" ? t("phone.said.ended") : t("phone.said.answered", { position: line.position });
  by("said").textContent = line.told ? what : `${what} ${t("phone.said.not-told")}`;
}

async function act(body) {
  try {
    say(await post("/api/call", body));
  } catch (error) {
    by("said").textContent = error.message;
  }
  await refresh();
}

function button(text, body, kind = "") {
  const element = make("button", text, { type: "button", ...(kind && { class: kind }) });
  element.addEventListener("click", () => act(body));
  return element;
}

function callItem(line) {
  const item = make("li");
  const state = line.state === "ended" ? t("phone.state.ended") : t("phone.state.live", { position: line.position });
  item.append(make("p", `${line.number} · ${state}`), make("small", t("phone.call", { call: line.call, time: time(line.since) })));
  if (line.state === "ended") return item;
  const actions = make("div", "", { class: "phone__actions" });
  const others = [...by("position").options].map((option) => option.value).filter((one) => one !== line.position);
  actions.append(...others.map((position) =>
    button(t("phone.transfer", { position }), { call: line.call, action: "transfer", position })));
  actions.append(button(t("phone.locate"), { call: line.call, action: "locate", place: "park" }));
  actions.append(button(t("phone.hang-up"), { call: line.call, action: "hang-up" }, "phone__end"));
  item.append(actions);
  return item;
}

async function reply(number, text) {
  try {
    await post("/api/reply", { number, text });
    by("said").textContent = t("phone.replied", { number, text });
  } catch (error) {
    by("said").textContent = error.message;
  }
}

// The words that a message offers for an answer, such as "YES 4821" and "STOP".
function offered(text) {
  const coded = [...text.matchAll(/\b(?:YES|DAY|NO|SI|DIA) \d{4}\b/gu)].map(([words]) => words);
  return coded.length > 0 ? [...coded, /\bALTO\b/u.test(text) ? "ALTO" : "STOP"] : [];
}

let forms = 0;

function replyForm(message) {
  const form = make("form", "", { class: "phone__reply" });
  const id = `reply-${(forms += 1)}`;
  const field = make("input", "", { id, class: "usa-input", maxlength: "480", autocomplete: "off", required: "" });
  const send = make("button", t("phone.reply.send"), { type: "submit" });
  const chips = offered(message.text).map((words) => {
    const chip = make("button", words, { type: "button", "aria-label": t("phone.reply.with", { words }) });
    chip.addEventListener("click", async () => {
      chip.parentElement.remove();
      field.focus();
      await reply(message.to, words);
    });
    return chip;
  });
  form.append(...(chips.length > 0 ? [make("div", "", { class: "phone__actions" })] : []));
  form.querySelector("div")?.append(...chips);
  form.append(make("label", t("phone.reply.label", { number: message.to }), { for: id }), field, send);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    field.value = "";
    if (text) await reply(message.to, text);
  });
  return form;
}

function messageItem(message) {
  const item = make("li");
  const kind = t("phone.channel." + message.channel);
  item.append(make("p", message.text, { lang: message.language }), make("small", `${kind} · ${message.to} · ${time(message.at)}`));
  if (message.channel === "sms") item.append(replyForm(message));
  return item;
}

const shown = new Map();

// Adds what is new at the top and leaves the rest alone, so that what somebody types stays. A box stands under the newest
// text of each phone, and under questions that wait for an answer.
function drawMessages(received) {
  const keys = received.map((message) => JSON.stringify(message));
  for (const [key, item] of shown) {
    if (keys.includes(key)) continue;
    item.remove();
    shown.delete(key);
  }
  const answered = new Set();
  for (const [at, message] of [...received.entries()].toReversed()) {
    if (shown.has(keys[at])) continue;
    shown.set(keys[at], messageItem(message));
    by("messages").prepend(shown.get(keys[at]));
  }
  for (const [at, message] of received.entries()) {
    const form = shown.get(keys[at]).querySelector("form");
    if (!form) continue;
    const busy = form.querySelector(".phone__actions") || form.contains(document.activeElement) || form.querySelector("input").value;
    form.hidden = answered.has(message.to) && !busy;
    answered.add(message.to);
  }
  by("no-messages").hidden = received.length > 0;
}

let drawn = "";

function draw({ lines, messages: received }) {
  drawMessages(received);
  const key = JSON.stringify(lines);
  if (key === drawn) return; // leave the buttons alone, so that focus stays
  drawn = key;
  by("calls").replaceChildren(...lines.map(callItem));
  by("no-calls").hidden = lines.length > 0;
}

async function refresh() {
  try {
    draw(await (await fetch("/api/state", { cache: "no-store" })).json());
  } catch {
    by("said").textContent = t("phone.failed");
  }
}

by("dial").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { number: by("number").value, position: by("position").value, place: by("place").value };
  try {
    say(await post("/api/dial", body));
  } catch (error) {
    by("said").textContent = error.message;
  }
  await refresh();
});
for (const name of document.querySelectorAll("[data-number]")) {
  name.addEventListener("click", () => {
    by("number").value = name.dataset.number;
  });
}
setInterval(refresh, 1500);
refresh();
