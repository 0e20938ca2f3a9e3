import { test } from 'node:test';
import assert from 'node:assert';
import fs from 'node:fs';
import { checkSignup } from '../src/signup.js';
import { Newsletter } from '../src/newsletter.js';

const source = (name) => fs.readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8');

test('a good form', () => {
  const form = { name: 'Ada', email: 'ada@example.org', password: 'long enough' };
  assert.deepStrictEqual(checkSignup(form), {});
});

test('an empty form', () => {
  assert.deepStrictEqual(Object.keys(checkSignup({})), ['name', 'email', 'password']);
});

test('addresses', () => {
  const wrong = (email) => 'email' in checkSignup({ email });
  assert.ok(!wrong('a.b@c.example'));
  assert.ok(wrong('a@b'));
  assert.ok(wrong('a b@c.example'));
  assert.ok(wrong('@c.example'));
});

test('newsletter', () => {
  const letter = new Newsletter();
  assert.strictEqual(letter.subscribe('ada@example.org'), true);
  assert.strictEqual(letter.subscribe(' ADA@example.org '), false);
  assert.strictEqual(letter.subscribe('nobody'), false);
  assert.strictEqual(letter.size, 1);
  assert.strictEqual(letter.unsubscribe('Ada@example.org'), true);
  assert.strictEqual(letter.size, 0);
});

test('email.js exports isEmail', async () => {
  const { isEmail } = await import('../src/email.js');
  assert.strictEqual(typeof isEmail, 'function');
  assert.strictEqual(isEmail('ada@example.org'), true);
  assert.strictEqual(isEmail('ada@example'), false);
});

test('it is defined nowhere else', () => {
  for (const name of ['signup.js', 'newsletter.js']) {
    assert.match(source(name), /import\s*\{\s*isEmail\s*\}\s*from\s*['"]\.\/email\.js['"]/, name);
    assert.doesNotMatch(source(name), /function\s+isEmail|isEmail\s*=/, name);
    assert.ok(!source(name).includes('[^\\s@]'), `${name} has the pattern still`);
  }
});
