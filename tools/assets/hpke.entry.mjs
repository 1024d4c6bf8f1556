// What the pages use of @hpke/core, bundled into one file that needs no import map.
export { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
