// Keeps the last answers. `timeout` is the one of the server: nothing is kept for longer than
// `maxAge` seconds, however long computing it took.
export class Cache {
  #entries = new Map();

  constructor(settings, now = Date.now) {
    const { maxEntries, ...rest } = settings;
    this.limit = maxEntries;
    this.lifetime = 1000 * rest.maxAge;
    this.now = now;
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (!entry || this.now() - entry.time > this.lifetime) return undefined;
    return entry.value;
  }

  set(key, value) {
    this.#entries.delete(key);
    this.#entries.set(key, { value, time: this.now() });
    if (this.#entries.size > this.limit) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
  }
}
