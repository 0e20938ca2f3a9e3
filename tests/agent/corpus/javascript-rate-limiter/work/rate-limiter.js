'use strict';

// Allows at most `limit` calls per key within any `windowMs` milliseconds.
// Only calls that were allowed count.
class RateLimiter {
  constructor(limit, windowMs, now = Date.now) {
    this.limit = limit;
    this.windowMs = windowMs;
    this.now = now;
    this.calls = new Map();
  }

  allow(key) {
    const time = this.now();
    const recent = (this.calls.get(key) || []).filter((t) => time - t < this.windowMs);
    recent.push(time);
    this.calls.set(key, recent);
    return recent.length <= this.limit;
  }

  // How many more calls are allowed right now.
  remaining(key) {
    const time = this.now();
    const recent = (this.calls.get(key) || []).filter((t) => time - t < this.windowMs);
    return this.limit - recent.length;
  }
}

module.exports = { RateLimiter };
