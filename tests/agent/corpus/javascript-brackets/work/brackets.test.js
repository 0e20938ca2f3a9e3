'use strict';

const test = require('node:test');
const assert = require('node:assert');
const { firstUnmatched, isBalanced } = require('./brackets.js');

test('balanced text', () => {
  assert.strictEqual(isBalanced(''), true);
  assert.strictEqual(isBalanced('f(a[0], {b: 1})'), true);
});

test('a closing bracket without an opening one', () => {
  assert.strictEqual(firstUnmatched('a)'), 1);
  assert.strictEqual(firstUnmatched('(]'), 1);
});

test('an opening bracket that is never closed', () => {
  assert.strictEqual(isBalanced('f(x'), false);
  assert.strictEqual(firstUnmatched('f(x'), 1);
});

test('the first of several open brackets', () => {
  assert.strictEqual(firstUnmatched('()[{'), 2);
});
