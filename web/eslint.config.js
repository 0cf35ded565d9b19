import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const kept = (name) => ({ name, message: 'What a session shows must not outlive it.' });

// Text that comes from people and cameras is shown as text, and by React alone.
const markup = [
  'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
  'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|srcdoc)$/]',
].map((selector) => ({ selector, message: 'Show it as text.' }));

// Masked, and open to password managers.
const passwordFields = [
  {
    selector:
      'JSXOpeningElement[name.name!="PasswordInput"] > JSXAttribute[name.name="autoComplete"] > Literal[value=/-password$/]',
    message: 'A password is typed into a PasswordInput.',
  },
  {
    selector:
      'JSXOpeningElement[name.name="PasswordInput"]:not(:has(JSXAttribute[name.name="autoComplete"]))',
    message: 'Say which password it is, for password managers.',
  },
  {
    selector: 'JSXOpeningElement[name.name="PasswordInput"] > JSXAttribute[name.name=/^on(Paste|Copy)/]',
    message: 'Passwords may be pasted.',
  },
];

// There is no window to exchange messages with, and whoever sends one is not to be heard. Ports of a worklet are our own.
const messages = [
  {
    selector: 'CallExpression[callee.property.name="postMessage"]:not([callee.object.property.name="port"])',
    message: 'No window talks with another one.',
  },
  {
    selector:
      'CallExpression[callee.property.name="addEventListener"][callee.object.name="window"] > Literal[value="message"]',
    message: 'No window talks with another one.',
  },
];

export default tseslint.config(
  { ignores: ['**/dist', 'sdk/src/schema.gen.ts', '*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs['recommended-latest'],
  {
    files: ['public/*-worklet.js'],
    languageOptions: {
      globals: { AudioWorkletProcessor: 'readonly', registerProcessor: 'readonly', sampleRate: 'readonly' },
    },
  },
  {
    rules: {
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-script-url': 'error',
      'no-restricted-globals': ['error', ...['localStorage', 'sessionStorage', 'indexedDB'].map(kept)],
      'no-restricted-properties': ['error', { object: 'document', property: 'write' }],
      'no-restricted-syntax': ['error', ...markup, ...passwordFields, ...messages],
    },
  },
  {
    files: ['sdk/examples/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
);
