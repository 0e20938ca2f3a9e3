// Lets parts of a program tell each other what happened.
export class Events {
  #entries = new Map();

  // Calls `listener` with the arguments of every emit of this event. A listener that is added
  // twice is called twice. Returns a function that removes the listener again; calling it more
  // than once does no harm.
  on(name, listener) {
    const entry = { listener };
    this.#entries.set(name, [...(this.#entries.get(name) ?? []), entry]);
    return () => {
      const rest = (this.#entries.get(name) ?? []).filter((other) => other !== entry);
      this.#entries.set(name, rest);
    };
  }

  // Like `on`, but the listener is called at most once.
  once(name, listener) {
    const remove = this.on(name, (...values) => {
      remove();
      listener(...values);
    });
    return remove;
  }

  // Removes all listeners of the event, or of all events if no name is given.
  clear(name) {
    if (name === undefined) this.#entries.clear();
    else this.#entries.delete(name);
  }

  // Calls the listeners in the order in which they were added, and returns how many there were.
  // Those that are added or removed meanwhile count only from the next emit on.
  emit(name, ...values) {
    const entries = this.#entries.get(name) ?? [];
    for (const { listener } of entries) listener(...values);
    return entries.length;
  }
}
