// A receipt, checked in the browser: the log proves the leaf, and the leaf commits to the body (kernel/model/receipt.py).
import { FormatError, b64, concat, decode, encode, sha256, unb64, utf8 } from "./canonical.js";
import { ProofError, verifyProof } from "./tlog.js";

const BODY_DOMAIN = utf8("breakseal/body/v1\n");
const LEAF_MEMBERS = "basis,by,commitment,day,notice,org,pad,public,purpose,ref,set,sig,tag,type,v";
const BODY_MEMBERS =
  "at,basis,call,categories,link,marks,n,party,policy,precision,purpose,reason,result,signed,type,until,v";
const NOTICE_MEMBERS = BODY_MEMBERS.replace(",link,", ",joined,link,"); // of a notice that joins a deferred entry to a list
const RECEIPT_MEMBERS = "body,leaf,proof,salt,type,v";

function named(value, members, what) {
  if (typeof value !== "object" || value === null || Object.keys(value).sort().join() !== members || value.v !== 1) {
    throw new FormatError(`not a ${what}`);
  }
  return value;
}

export function readLeaf(leafBytes) {
  return named(decode(leafBytes), LEAF_MEMBERS, "leaf");
}

// {leaf, body} of the bytes, once the leaf's commitment opens to the body.
export async function openCommitment(leafBytes, bodyBytes, salt) {
  const leaf = readLeaf(leafBytes);
  const commitment = b64(await sha256(concat(BODY_DOMAIN, salt, bodyBytes)));
  if (salt.length !== 32 || commitment !== leaf.commitment) {
    throw new ProofError("the entry commits to another body");
  }
  const value = decode(bodyBytes);
  const body = named(value, value?.joined ? NOTICE_MEMBERS : BODY_MEMBERS, "body");
  if (body.type !== leaf.type) throw new ProofError("leaf and body are of different types");
  return { leaf, body };
}

// The canonical receipt (bytes) of one entry of a trail.
export function receiptOf(entry) {
  return encode({ v: 1, type: "receipt", leaf: entry.leaf, proof: entry.proof, body: entry.body, salt: entry.salt });
}

// {leaf, body, index, size, origin} of a receipt file, or throws.
export async function verifyReceipt(bytes, logVkey, { origin } = {}) {
  const receipt = named(decode(bytes), RECEIPT_MEMBERS, "receipt");
  if (receipt.type !== "receipt") throw new FormatError("not a receipt");
  const leafBytes = unb64(receipt.leaf);
  const opened = await openCommitment(leafBytes, unb64(receipt.body), unb64(receipt.salt));
  return { ...opened, ...(await verifyProof(receipt.proof, leafBytes, { logVkey, origin })) };
}
