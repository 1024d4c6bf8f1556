// The file of a paper, as the reviewer got it from the agency: the same as was handed in? And, if asked, who signed it.
import { b64, sha256 } from "/browser/canonical.js";
import { call } from "../api.js";
import { at, button, make, t, when } from "../page.js";
import { why } from "./telling.js";

const MOST = 8 * 1024 * 1024;

// What a file's signatures come to for whoever knows `certificates`: papers/verdict.py says the same.
export function judged({ readable, signatures }, certificates) {
  if (!readable || signatures.length === 0) return { verdict: readable ? "unsigned" : "unreadable", by: null };
  const rank = ({ standing, certificate }) => {
    if (standing === "unchanged") return certificates.includes(certificate) ? 0 : 2;
    return standing === "changed" ? 1 : 3;
  };
  const by = signatures.reduce((best, one) => (rank(one) < rank(best) ? one : best));
  return { verdict: ["by-the-court", "changed", "by-nobody-known", "unsound"][rank(by)], by };
}

function evidence(paper, certificates) {
  const { verdict, by } = judged(paper, certificates);
  const good = verdict === "by-the-court";
  const who = by ? make("p", {}, t("reviews.signer", { name: by.name, when: by.at ? when(by.at) : t("reviews.no-time") })) : null;
  return make("div", { class: `bs-note bs-note--${good ? "good" : "warn"}`, "data-verdict": verdict },
    make("p", {}, make("strong", {}, t("reviews.verdict." + verdict))), who,
    good && paper.inside === "one" ? make("p", {}, t("reviews.inside")) : null, make("p", { class: "bs-quiet" }, t("reviews.evidence")));
}

async function checked(file, certificates, box) {
  box.replaceChildren(make("p", {}, t("desk.busy")));
  try {
    const answer = await call("POST", "/api/papers/check", file, "application/pdf");
    box.replaceChildren(evidence(await answer.json(), certificates));
  } catch (error) {
    box.replaceChildren(make("p", {}, why(error)));
  }
}

async function same(file, scan) {
  if (!scan) return t("reviews.file.no-scan");
  return b64(await sha256(new Uint8Array(await file.arrayBuffer()))) === scan ? t("reviews.file.same") : t("reviews.file.other");
}

// The part of a paper's row in which its file is chosen. INVARIANT: the file leaves this browser only by the second button.
export function fileBox({ name, scan }, certificates) {
  const id = `file-${name.slice(0, 12)}`;
  const told = make("p", { role: "status" });
  const found = make("div", { role: "status" });
  const send = button(t("reviews.file.check"), () => checked(at(id).files[0], certificates, found));
  const more = make("div", { hidden: true }, make("p", { class: "bs-quiet" }, t("reviews.file.sends")), send);
  const input = make("input", { type: "file", class: "usa-file-input__input", id, accept: ".pdf,image/*,application/pdf" });
  input.addEventListener("change", async () => {
    const [file] = input.files;
    found.replaceChildren();
    more.hidden = !file || file.size > MOST;
    told.textContent = file ? await same(file, scan) : "";
  });
  const label = make("label", { class: "usa-label", for: id }, t("reviews.file.label"));
  return make("details", { class: "bs-who" }, make("summary", {}, t("reviews.file")), make("p", {}, t("reviews.file.text")), label, input, told, more, found);
}
