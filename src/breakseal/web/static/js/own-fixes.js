// What one's own phone told: sealed to a point that the record's key makes, and opened in this browser only.
import { b64, decode, unb64, utf8 } from "/browser/canonical.js";
import { pointOf } from "/browser/keys.js";
import { derivedPair, fixInfo, freshKey, labelInfo, openWith, sealTo } from "/browser/seal.js";
import { call, get, post } from "./api.js";
import { disclosed, me, resync, save } from "./own.js";

const CATEGORY = "location.fix";
const PAD = /^(\{[^ ]*\}) +$/u;
const MICRO = 1_000_000;

// {pair, handle} of the record's key, opened under an entry in one's list; null if there is none yet.
export async function phoneKey() {
  const { opened } = await disclosed([CATEGORY]);
  const [held] = opened.keys;
  if (!held) return null;
  return { pair: await derivedPair(unb64(held.key, 32)), handle: opened.subject };
}

// Makes the record's key and writes it; the record holds its point, so that one can see what was meant.
async function beginKey() {
  const dataKey = freshKey();
  const pair = await derivedPair(dataKey.slice());
  const version = (await resync(CATEGORY)) + 1;
  await save(CATEGORY, version, { point: b64(await pointOf(pair.publicKey)) }, dataKey);
  return { pair, handle: (await me()).handle };
}

// Makes a device. -> {key: {pair, handle}, made: {device, key, settings}}; its key is told this once.
export async function addDevice(known, label) {
  const key = known ?? (await phoneKey()) ?? (await beginKey()); // another page may have made it meanwhile
  const point = b64(await pointOf(key.pair.publicKey));
  const sealed = b64(await sealTo(point, utf8(label), labelInfo(key.handle)));
  return { key, made: await post("/api/devices", { point, label: sealed }) };
}

export async function endDevice(device) {
  await call("DELETE", `/api/devices/${device}`);
}

async function labelOf(known, device) {
  try {
    return new TextDecoder().decode(await openWith(known.pair, unb64(device.label), labelInfo(known.handle)));
  } catch {
    return ""; // made under a key that is no more
  }
}

// One's devices with their names, oldest first.
export async function devices(known) {
  const listed = await get("/api/devices");
  return Promise.all(listed.map(async (one) => ({ ...one, label: known ? await labelOf(known, one) : "" })));
}

async function opened(known, { device, at, sealed }) {
  const plain = await openWith(known.pair, unb64(sealed), fixInfo(known.handle, device));
  const fix = decode(utf8(PAD.exec(new TextDecoder().decode(plain))?.[1] ?? ""));
  if (fix.at !== at) throw new Error("the fix is of another time");
  return { device, at, lat: fix.lat / MICRO, lon: fix.lon / MICRO, radius: fix.radius };
}

// All that one's devices told in the last day and that opens, newest first.
export async function allFixes(known) {
  const tried = await Promise.allSettled((await get("/api/fixes")).map((one) => opened(known, one)));
  return tried.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
}

// The newest fix that opens: {device, at (Unix seconds), lat, lon (degrees), radius (metres)}, or null.
export async function latest(known) {
  for (const one of known ? await get("/api/fixes?most=20") : []) {
    try {
      return await opened(known, one);
    } catch {
      // sealed to an older key, or not by our web tier: the next one may open
    }
  }
  return null;
}
