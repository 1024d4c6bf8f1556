// /: what the door is, and the ways in.
import { start } from "./start.js";

start(async ({ facts }) => {
  for (const link of document.querySelectorAll("[data-demo]")) link.hidden = !facts.demo;
});
