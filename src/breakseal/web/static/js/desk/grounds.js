// The grounds on which an officer may look. A further kind of ground is one more module with the same three functions and a
// line here: `read()` -> rows {kind, name, title, lines, state, words, open}; `statement(row, number, more)` -> what is signed at
// the door; `covers(statement)` says whether a signed statement that came back is of this kind.
import * as orders from "./orders-ground.js";

export const GROUNDS = [orders];

export const groundOf = (kind) => GROUNDS.find((one) => one.KIND === kind);
