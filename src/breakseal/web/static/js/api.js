// The web tier's interfaces; a failure is thrown as a Problem that a person can read.
import { drop } from "/browser/session.js";
import { t } from "./page.js";

export class Problem extends Error {
  constructor({ title, detail = "", reason = "unavailable", status = 0 }) {
    super(title);
    Object.assign(this, { detail, reason, status });
  }
}

async function problemOf(answer) {
  try {
    return new Problem(await answer.json());
  } catch {
    return new Problem({ title: t("js.offline"), status: answer.status });
  }
}

export async function call(method, path, body, type = "application/json") {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = type;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: type === "application/json" && body !== undefined ? JSON.stringify(body) : body });
  } catch {
    throw new Problem({ title: t("js.offline") });
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.reason !== "session-ended") throw problem;
  await drop(); // clears the page, so whoever waits for this answer has nothing left to say
  return new Promise(() => {});
}

export const get = async (path) => (await call("GET", path)).json();
export const post = async (path, body = {}) => (await call("POST", path, body)).json();
export const put = async (path, body) => (await call("PUT", path, body)).json();

let known;
let asked = 0;

// The keyholder's public facts, at most a minute old: its ingest key changes every day.
export async function facts() {
  if (!known || Date.now() - asked > 60_000) {
    known = await get("/api/facts");
    asked = Date.now();
  }
  return known;
}
