'use strict';

const { test } = require('node:test');
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

function lastWord() {
  const output = execFileSync(process.execPath, [path.join(__dirname, 'app.js')]);
  return output.toString().trim().split('\n').pop();
}

test('ANSWER.txt holds the last word', () => {
  const file = path.join(__dirname, 'ANSWER.txt');
  assert.ok(fs.existsSync(file), 'ANSWER.txt does not exist');
  const answer = fs.readFileSync(file, 'utf8').trim().replace(/^['"`]+|['"`.]+$/g, '');
  assert.ok(answer === lastWord(), 'it is another word');
});
