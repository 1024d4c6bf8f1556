// Remembers the county in this tab only, so that "only these counties" can offer it later.
import { data } from "./page.js";

if (data?.code) sessionStorage.setItem("breakseal.county", JSON.stringify({ code: data.code, name: data.name }));
