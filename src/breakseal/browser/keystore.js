// A small keyed store in IndexedDB. It holds CryptoKey pairs that cannot be exported, and dates; never plaintext.
const STORE = "kept";

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class KeyStore {
  constructor(name) {
    this.name = name;
  }

  async #run(mode, action) {
    const opening = indexedDB.open(this.name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await promised(opening);
    try {
      return await promised(action(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  }

  get(key) {
    return this.#run("readonly", (store) => store.get(key));
  }

  all() {
    return this.#run("readonly", (store) => store.getAll());
  }

  put(key, value) {
    return this.#run("readwrite", (store) => store.put(value, key));
  }

  remove(key) {
    return this.#run("readwrite", (store) => store.delete(key));
  }
}
