import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['build*/', 'dist/', 'prebuilds/', 'docs/api/', 'runs/', '.cache/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // noUncheckedIndexedAccess makes typed-array reads `number | undefined`; an index that the
      // line above bounds is asserted rather than branched on.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // JavaScript callers pass what the types rule out, so the code checks it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A type from a schema gets a name for documents and messages.
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends' },
      ],
      // Destructuring a rest is a way to leave a field out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Messages contain numbers.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNever: true },
      ],
    },
  },
  {
    rules: {
      // Such a spread says nothing but where lines break, which is the formatter's affair.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SpreadElement > :matches(ObjectExpression, ArrayExpression).argument',
          message: 'Write the elements themselves.',
        },
      ],
    },
  },
  {
    // Scripts run in Node.
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        URL: 'readonly',
      },
    },
  },
  {
    // A contestant returns its own time or nothing.
    files: ['bench/**/*.ts'],
    rules: { '@typescript-eslint/no-invalid-void-type': 'off' },
  },
  {
    // Tests pass wrong types on purpose.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      'no-useless-assignment': 'off',
    },
  },
);
