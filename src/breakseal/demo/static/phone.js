// The demo's telephone: dials, hands over, hangs up, and shows what came by text message.
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
  return answer.json();
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

function messageItem(message) {
  const item = make("li");
  const kind = t("phone.channel." + message.channel);
  item.append(make("p", message.text, { lang: message.language }), make("small", `${kind} · ${message.to} · ${time(message.at)}`));
  return item;
}

let drawn = "";

function draw(state) {
  const { lines, messages: received } = state;
  const key = JSON.stringify([lines, received]);
  if (key === drawn) return; // leave the buttons alone, so that focus stays
  drawn = key;
  by("calls").replaceChildren(...lines.map(callItem));
  by("messages").replaceChildren(...received.map(messageItem));
  by("no-calls").hidden = lines.length > 0;
  by("no-messages").hidden = received.length > 0;
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
