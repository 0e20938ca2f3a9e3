function isEmail(text) {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

// Those who get the newsletter, each address once, whatever its case.
export class Newsletter {
  #addresses = new Set();

  // False if the text is no address or is there already.
  subscribe(text) {
    const address = text.trim().toLowerCase();
    if (!isEmail(address) || this.#addresses.has(address)) return false;
    this.#addresses.add(address);
    return true;
  }

  unsubscribe(text) {
    return this.#addresses.delete(text.trim().toLowerCase());
  }

  get size() {
    return this.#addresses.size;
  }
}
