import { test } from 'node:test';
import assert from 'node:assert';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { Cache } from '../src/cache.js';
import { loadSettings } from '../src/server.js';

test('the cache forgets what is too old', () => {
  let time = 0;
  const cache = new Cache(loadSettings(), () => time);
  cache.set('/', 'page');
  time = 60000;
  assert.strictEqual(cache.get('/'), 'page');
  time = 60001;
  assert.strictEqual(cache.get('/'), undefined);
});

test('ANSWER.txt names the setting that nobody reads', () => {
  const file = new URL('../ANSWER.txt', import.meta.url);
  assert.ok(fs.existsSync(file), 'ANSWER.txt does not exist');
  const answer = fs.readFileSync(file, 'utf8').trim().replace(/^['"`]+|['"`.]+$/g, '');
  const hash = crypto.createHash('sha256').update(answer).digest('hex');
  assert.ok(hash === 'f77d1bb58da886e3cbeebbf35a0b3d217b003506792268052c6a730fbc5ec9bc', 'it is another one');
});
