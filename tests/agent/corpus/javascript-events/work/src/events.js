// Lets parts of a program tell each other what happened.
export class Events {
  // Calls `listener` with the arguments of every emit of this event. A listener that is added
  // twice is called twice. Returns a function that removes the listener again; calling it more
  // than once does no harm.
  on(name, listener) {
  }

  // Like `on`, but the listener is called at most once.
  once(name, listener) {
  }

  // Removes all listeners of the event, or of all events if no name is given.
  clear(name) {
  }

  // Calls the listeners in the order in which they were added, and returns how many there were.
  // Those that are added or removed meanwhile count only from the next emit on.
  emit(name, ...values) {
  }
}
