import { isEmail } from './email.js';

// What is wrong with the form of a new account, by field; {} if nothing is.
export function checkSignup({ name = '', email = '', password = '' }) {
  const problems = {};
  if (name.trim() === '') problems.name = 'Please enter a name.';
  if (!isEmail(email)) problems.email = 'This is not an email address.';
  if (password.length < 10) problems.password = 'Please take at least 10 characters.';
  return problems;
}
