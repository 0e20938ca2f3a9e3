'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const { RateLimiter } = require('./rate-limiter.js');

function limiterAt(limit, windowMs) {
  const clock = { time: 0 };
  return [new RateLimiter(limit, windowMs, () => clock.time), clock];
}

test('allows up to the limit', () => {
  const [limiter] = limiterAt(2, 1000);
  assert.strictEqual(limiter.allow('a'), true);
  assert.strictEqual(limiter.allow('a'), true);
  assert.strictEqual(limiter.allow('a'), false);
});

test('keys are independent', () => {
  const [limiter] = limiterAt(1, 1000);
  assert.strictEqual(limiter.allow('a'), true);
  assert.strictEqual(limiter.allow('b'), true);
});

test('old calls expire', () => {
  const [limiter, clock] = limiterAt(1, 1000);
  assert.strictEqual(limiter.allow('a'), true);
  clock.time = 1000;
  assert.strictEqual(limiter.allow('a'), true);
});

test('a refused call does not extend the wait', () => {
  const [limiter, clock] = limiterAt(1, 1000);
  limiter.allow('a');
  clock.time = 600;
  assert.strictEqual(limiter.allow('a'), false);
  clock.time = 1100;
  assert.strictEqual(limiter.allow('a'), true);
});

test('remaining never goes below zero', () => {
  const [limiter] = limiterAt(1, 1000);
  limiter.allow('a');
  limiter.allow('a');
  limiter.allow('a');
  assert.strictEqual(limiter.remaining('a'), 0);
});
