'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { normalise, basename } = require('./paths.js');

test('leaves a clean path alone', () => {
  assert.equal(normalise('a/b/c'), 'a/b/c');
  assert.equal(normalise('/'), '/');
});

test('removes dots and doubled slashes', () => {
  assert.equal(normalise('./a//b/./c/'), 'a/b/c');
  assert.equal(normalise('./'), '.');
});

test('goes up', () => {
  assert.equal(normalise('a/b/../c'), 'a/c');
  assert.equal(normalise('/a/../../b'), '/b');
});

test('keeps leading .. of a relative path', () => {
  assert.equal(normalise('../a'), '../a');
  assert.equal(normalise('a/../../../b'), '../../b');
});

test('basename', () => {
  assert.equal(basename('/var/log/../tmp/x.txt'), 'x.txt');
});
