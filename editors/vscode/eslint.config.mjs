// What is looked for besides types.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(js.configs.recommended, tseslint.configs.recommended, {
  rules: {
    'no-constant-condition': ['error', { checkLoops: false }],
    eqeqeq: 'error',
    'prefer-const': 'error',
  },
  languageOptions: { globals: { process: 'readonly' } },
});
