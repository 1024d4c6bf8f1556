// Checks that an entry is in the log: vkeys, signed notes, checkpoints, inclusion (C2SP; RFC 9162 section 2.1.3.2).
import { FormatError, concat, equal, sha256, utf8 } from "./canonical.js";

export class ProofError extends Error {}

const HEADER = "c2sp.org/tlog-proof@v1";
const ED25519 = 1;
const MAX_PROOF = 256 * 1024;
const fatal = { fatal: true, ignoreBOM: true };

function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(text, size) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new FormatError("not base64");
  }
  if (toBase64(bytes) !== text) throw new FormatError("not canonical base64");
  if (size !== undefined && bytes.length !== size) throw new FormatError(`not the base64 of ${size} bytes`);
  return bytes;
}

function decimal(text) {
  if (!/^(?:0|[1-9][0-9]{0,18})$/u.test(text)) throw new FormatError("not a decimal number");
  return BigInt(text);
}

// True if this browser can check Ed25519 signatures; without that no proof can be checked here.
export async function canCheck() {
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

export class NoEd25519 extends Error {
  constructor() {
    super("this browser cannot check Ed25519 signatures");
    this.reason = "no-ed25519";
  }
}

// Throws unless the Ed25519 signature holds. `format` is "raw" (32 bytes) or "spki".
export async function checkEd25519(format, publicKey, sig, message) {
  let key;
  try {
    key = await crypto.subtle.importKey(format, publicKey, "Ed25519", false, ["verify"]);
  } catch {
    throw (await canCheck()) ? new FormatError("not an Ed25519 key") : new NoEd25519();
  }
  if (!(await crypto.subtle.verify("Ed25519", key, sig, message))) throw new ProofError("the signature does not hold");
}

// {name, id, public} of a log's vkey ("name+keyid+base64").
export async function parseVkey(text) {
  const [name, id, ...rest] = text.split("+");
  const material = fromBase64(rest.join("+"));
  if (material[0] !== ED25519 || material.length !== 33) throw new FormatError("not an Ed25519 log key");
  const digest = await sha256(concat(utf8(`${name}\n`), material));
  const hex = Array.from(digest.slice(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!name || hex !== id) throw new FormatError("the vkey's id is not that of its key");
  return { name, id: digest.slice(0, 4), public: material.slice(1) };
}

function splitNote(text) {
  const split = text.lastIndexOf("\n\n");
  if (split < 0 || !text.endsWith("\n")) throw new FormatError("not a note");
  return { body: text.slice(0, split + 1), lines: text.slice(split + 2, -1).split("\n") };
}

function signatureLine(line) {
  const words = line.split(" ");
  if (words.length !== 3 || words[0] !== "\u2014") throw new FormatError("not a signature line");
  const blob = fromBase64(words[2]);
  return { name: words[1], id: blob.slice(0, 4), sig: blob.slice(4) };
}

// {origin, size, root} of a signed checkpoint, once the log's own signature held.
export async function openCheckpoint(text, logVkey, origin) {
  const key = await parseVkey(logVkey);
  const { body, lines } = splitNote(text);
  const own = lines.map(signatureLine).filter((one) => one.name === key.name && equal(one.id, key.id));
  if (own.length === 0) throw new ProofError("the log did not sign this checkpoint");
  for (const one of own) await checkEd25519("raw", key.public, one.sig, utf8(body));
  const rows = body.slice(0, -1).split("\n");
  if (rows.length < 3 || rows[0] !== (origin ?? key.name)) throw new ProofError("a checkpoint of another log");
  return { origin: rows[0], size: decimal(rows[1]), root: fromBase64(rows[2], 32) };
}

export function leafHash(entry) {
  return sha256(concat(new Uint8Array([0]), entry));
}

function nodeHash(left, right) {
  return sha256(concat(new Uint8Array([1]), left, right));
}

async function rootFrom(index, size, hash, proof) {
  let [position, last, node] = [index, size - 1n, hash];
  for (const sibling of proof) {
    if (last === 0n) throw new ProofError("the inclusion proof is too long");
    if (position & 1n || position === last) {
      node = await nodeHash(sibling, node);
      while (!(position & 1n) && position !== 0n) [position, last] = [position >> 1n, last >> 1n];
    } else {
      node = await nodeHash(node, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  if (last !== 0n) throw new ProofError("the inclusion proof is too short");
  return node;
}

function parseProof(text) {
  const gap = text.indexOf("\n\n");
  if (text.length > MAX_PROOF || gap < 0) throw new FormatError("not a proof file");
  const lines = text.slice(0, gap).split("\n");
  if (lines.shift() !== HEADER) throw new FormatError("not a proof file");
  if (lines[0]?.startsWith("extra ")) fromBase64(lines.shift().slice(6));
  if (!lines[0]?.startsWith("index ")) throw new FormatError("not a proof file");
  const index = decimal(lines.shift().slice(6));
  return { index, hashes: lines.map((line) => fromBase64(line, 32)), checkpoint: text.slice(gap + 2) };
}

// Checks a tlog-proof (bytes or text) for `entry`; -> {index, size, origin}. Witness cosignatures are not judged here.
export async function verifyProof(proof, entry, { logVkey, origin }) {
  const text = typeof proof === "string" ? proof : new TextDecoder("utf-8", fatal).decode(proof);
  const { index, hashes, checkpoint } = parseProof(text);
  const point = await openCheckpoint(checkpoint, logVkey, origin);
  if (index >= point.size) throw new ProofError("the entry is not in a log of that size");
  const root = await rootFrom(index, point.size, await leafHash(entry), hashes);
  if (!equal(root, point.root)) throw new ProofError("the entry is not in the log");
  return { index: Number(index), size: Number(point.size), origin: point.origin };
}
