// The page that says that there is no such page.
import { start } from "./start.js";

start(async () => {});
