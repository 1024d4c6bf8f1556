// A photo goes to the web tier in clear once, to be made small and free of its hidden data; then it is sealed here.
import { b64 } from "/browser/canonical.js";
import { call } from "./api.js";
import { t } from "./page.js";

export async function takePhoto(file, changed) {
  const [chosen] = file.files;
  if (!chosen) return;
  const control = file.closest("[data-key]");
  const state = control.querySelector('[data-part="state"]');
  state.textContent = t("js.photo.working");
  try {
    const answer = await call("POST", "/api/photo", chosen, "application/octet-stream");
    control.dataset.value = b64(new Uint8Array(await answer.arrayBuffer()));
    const image = control.querySelector("img");
    image.src = `data:image/jpeg;base64,${control.dataset.value.replaceAll("-", "+").replaceAll("_", "/")}`;
    image.hidden = false;
    state.textContent = "";
    changed();
  } catch (error) {
    state.textContent = t("js.wrong", { why: error.message });
  }
  file.value = "";
}
