// What every page does first: words, facts, the order from the address, the demo's banner, the language link.
import { facts as askFacts } from "./api.js";
import { readOrder, watchOrder } from "./order.js";
import { at, problem, reveal } from "./show.js";
import { loadWords } from "./words.js";

// Runs `page({words, facts, order})`, or says plainly why it cannot.
export async function start(page) {
  keepOrderInLanguageLink();
  const words = await loadWords();
  try {
    const facts = await askFacts();
    if (facts.demo) reveal("demo-banner");
    watchOrder();
    await page({ words, facts, order: readOrder(facts) });
  } catch (error) {
    for (const part of document.querySelectorAll("[data-step]")) part.hidden = true;
    const { title, text, kind } = words.explain(error);
    problem(title, text, kind);
  }
}

function keepOrderInLanguageLink() {
  const link = at("language");
  link.addEventListener("click", () => {
    link.hash = location.hash;
  });
}
