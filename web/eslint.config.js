import js from '@eslint/js'
import a11y from 'eslint-plugin-jsx-a11y'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import imports from 'eslint-plugin-import-x'
import hooks from 'eslint-plugin-react-hooks'
import { readdirSync } from 'node:fs'
import typescript from 'typescript-eslint'

const features = readdirSync(new URL('./src/features', import.meta.url))

// Who may import whom: app → features → components → lib → api.
const zones = [
  ...features.map((feature) => ({
    target: `./src/features/${feature}`,
    from: './src/features',
    except: [`./${feature}`],
    message:
      'A feature never imports another: what two of them need is in lib or components, and app joins them.',
  })),
  {
    target: ['./src/features', './src/components', './src/lib', './src/api'],
    from: './src/app',
    message: 'Only app knows which pages there are.',
  },
  {
    target: ['./src/components', './src/lib', './src/api'],
    from: './src/features',
    message: 'Components and lib know nothing of what a cook does with them.',
  },
  { target: ['./src/lib', './src/api'], from: './src/components', message: 'lib draws nothing.' },
  {
    target: ['./src/components', './src/app', './src/features'],
    from: './src/api',
    message: 'The API is spoken to in lib, where deadlines, sessions and what is stored are dealt with.',
  },
]

export default typescript.config(
  { ignores: ['dist', 'packed', 'src/api', 'test-results', 'playwright-report'] },
  js.configs.recommended,
  ...typescript.configs.strict,
  a11y.flatConfigs.strict,
  hooks.configs.flat['recommended-latest'],
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': imports },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      'no-console': 'error',
      'react-hooks/incompatible-library': 'off', // only concerns the React compiler, which we don't use
    },
  },
  {
    // Playwright fixtures receive a function called use, which isn't a hook.
    files: ['journeys/**'],
    rules: { 'react-hooks/rules-of-hooks': 'off', 'no-empty-pattern': 'off' },
  },
  {
    files: ['build/*.js', '*.js'],
    languageOptions: { globals: { URL: 'readonly', process: 'readonly', console: 'readonly' } },
  },
)
