// What the keyholder sealed is also signed by it, for the one question that was asked (kernel/model/answers.py, attested.py).
import { FormatError, b64, concat, encode, sha256, unb64, utf8 } from "./canonical.js";
import { keyIdOfSpki } from "./keys.js";
import { ProofError, checkEd25519 } from "./tlog.js";

const ANSWER_DOMAIN = utf8("breakseal/answer/v1\n");

// `reason` names the message of the page that shows it.
export class AnswerError extends Error {
  constructor(cause) {
    super("this answer was not made by the keyholder for this question", { cause });
    this.reason = "false-answer";
  }
}

// Throws unless the keyholder whose key (PublicKey) this is signed `value`, all of it but `sig`, under `domain` (bytes),
// and for `statement`: a sealed box anybody can make, and an older answer anybody who carried it can bring again.
export async function checkAttested(value, domain, { keyholderKey, statement }) {
  const id = await keyIdOfSpki(unb64(keyholderKey.spki));
  if (value.by !== id || keyholderKey.id !== id) throw new ProofError("it names another signer");
  if (value.request !== b64(await sha256(encode(statement)))) throw new ProofError("it answers another question");
  const bare = concat(domain, encode({ ...value, sig: "" }));
  await checkEd25519("spki", unb64(keyholderKey.spki), unb64(value.sig, 64), bare);
}

// `answer` (decoded), once the keyholder signed it for the very `statement` (object) that was signed and sent. `leaf` (b64)
// is what the carrier of a disclosure said of it. Throws AnswerError, or NoEd25519 where the browser cannot check.
export async function verifyAnswer(answer, { keyholderKey, statement, leaf }) {
  try {
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) throw new FormatError("not an answer");
    await checkAttested(answer, ANSWER_DOMAIN, { keyholderKey, statement });
    if (answer.type === "opened" && answer.leaf !== leaf) throw new ProofError("it belongs to another entry");
  } catch (error) {
    throw error.reason ? error : new AnswerError(error);
  }
  return answer;
}
