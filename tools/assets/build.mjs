// Fills the git-ignored vendor folders of the web tier and of the door from node_modules.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { counties, states, zips } from "./geo.mjs";
import { map } from "./map.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const modules = join(root, "node_modules");
const uswds = join(modules, "@uswds/uswds/dist");
const web = join(root, "src/breakseal/web/static/vendor");
const door = join(root, "src/breakseal/keyholder/door/static/vendor");

const LICENSES = {
  "hpke-core": "@hpke/core/LICENSE",
  "hpke-common": "@hpke/common/LICENSE",
  uswds: "@uswds/uswds/LICENSE.md",
  htmx: "htmx.org/LICENSE",
  "us-atlas": "us-atlas/LICENSE",
  zipcodes: "zipcodes/LICENSE",
};
const MAP_LICENSES = { "maplibre-gl": "maplibre-gl/LICENSE.txt", "h3-js": "h3-js/LICENSE", "h3-js-notice": "h3-js/NOTICE" };
// Sets that no page uses: 9 MB of the 10.
const UNUSED_IMAGES = ["material-icons", "material-icons-deprecated", "uswds-icons", "hero.webp"];

async function copy(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true });
}

// The style sheet without its pointer to a source map that is not shipped, and what it refers to.
async function styles(target) {
  const css = await readFile(join(uswds, "css/uswds.min.css"), "utf8");
  await mkdir(join(target, "uswds/css"), { recursive: true });
  await writeFile(
    join(target, "uswds/css/uswds.min.css"),
    css.replace(/\/\*# sourceMappingURL=.*?\*\//u, ""),
  );
  const files = new Set([...css.matchAll(/url\("?\.\.\/([^)"?#]+)/gu)].map(([, path]) => path));
  await Promise.all([...files].map((path) => copy(join(uswds, path), join(target, "uswds", path))));
}

async function images(target) {
  const skipped = UNUSED_IMAGES.map((name) => join(uswds, "img", name));
  await cp(join(uswds, "img"), join(target, "uswds/img"), {
    recursive: true,
    filter: (path) => !skipped.some((folder) => path === folder),
  });
}

async function scripts(target) {
  for (const name of ["uswds-init.min.js", "uswds.min.js"]) {
    const text = await readFile(join(uswds, "js", name), "utf8");
    await mkdir(join(target, "uswds/js"), { recursive: true });
    await writeFile(join(target, "uswds/js", name), text.replace(/^\/\/# sourceMappingURL=.*$/mu, ""));
  }
  await copy(join(modules, "htmx.org/dist/htmx.min.js"), join(target, "htmx.min.js"));
}

async function bundle(name, target, more) {
  await build({
    entryPoints: [join(here, `${name}.entry.mjs`)],
    outfile: join(target, `${name}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    legalComments: "inline",
    logLevel: "warning",
    ...more,
  });
}

const hpke = (target) => bundle("hpke", target, { alias: { crypto: join(here, "node_crypto_absent.mjs") } });
// The cells of the courier, for showing somebody what would be seen of them: minified, since it is machine-made anyway.
const cells = (target) => bundle("cells", target, { minify: true });

async function geo(target) {
  await mkdir(join(target, "geo"), { recursive: true });
  const files = { "counties.geojson": counties(), "states.geojson": states(), "zips.json": zips() };
  await Promise.all(
    Object.entries(files).map(([name, value]) =>
      writeFile(join(target, "geo", name), JSON.stringify(value)),
    ),
  );
}

async function licenses(target, named) {
  await Promise.all(
    Object.entries(named).map(([name, path]) =>
      copy(join(modules, path), join(target, "licenses", `${name}.txt`)),
    ),
  );
}

for (const target of [web, door]) {
  await rm(target, { recursive: true, force: true });
  await Promise.all([styles(target), hpke(target), licenses(target, LICENSES)]);
}
await Promise.all([images(web), scripts(web), geo(web), map(web, modules), cells(web), licenses(web, MAP_LICENSES)]);
console.log("assets: built for the web tier and the door");
