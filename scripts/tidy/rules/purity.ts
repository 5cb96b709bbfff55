import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path/posix'
import { type Ban, banning, eachFile, type Rule, shippedFrom } from '../rule.ts'
import { packageOf } from './packages.ts'

const cores = ['packages/coordinator/src/core/', 'packages/cli/src/agent/core/']
const inCore = shippedFrom(...cores)
const inProtocol = shippedFrom('packages/protocol/src/')

/** Ways to learn of the world, barred where everything comes in as an argument. */
function worldly(who: string): [Ban, ...Ban[]] {
  return [
    {
      pattern: /(?<![\w$])Date\s*\.\s*now\b/,
      message: `${who} may not use Date.now: take atMs from the input`,
      fires: 'const a = Date.now()',
      silent: 'const a = myDate.now()',
    },
    {
      pattern: /(?<![\w$])new\s+Date\s*(?:\(\s*\)|(?!\s*\())|(?<![\w$.])(?<!new\s+)Date\s*\(/,
      message: `${who} may not ask for the present date: take atMs from the input`,
      fires: 'const a = new Date()',
      silent: 'const a = new Date(atMs)',
    },
    {
      pattern: /(?<![\w$.])performance\s*\./,
      message: `${who} may not use a clock: take atMs from the input`,
      fires: 'const a = performance.now()',
      silent: 'const a = task.performance.score',
    },
    {
      pattern: /(?<![\w$])Math\s*\.\s*random\b/,
      message: `${who} may not use Math.random: take a number, or a source of numbers, as input`,
      fires: 'const a = Math.random()',
      silent: 'const a = Math.round(b)',
    },
    {
      pattern: /(?<![\w$])crypto\s*\.\s*(?:getRandomValues|randomUUID)\b/,
      message: `${who} may not use $&: take the bytes or the id as input`,
      fires: 'const a = crypto.randomUUID()',
      silent: 'const a = crypto.subtle',
    },
    {
      pattern: /(?<![\w$])(?:randomBytes|randomSecretKey|createRandom)(?=\s*\()/,
      message: `${who} may not use $&: take the bytes or the key as input`,
      fires: 'const a = ed25519.utils.randomSecretKey()',
      silent: 'const a = { randomBytes: b }',
    },
    {
      pattern:
        /(?<![\w$.])(?:globalThis\s*\.\s*)?(?:set(?:Timeout|Interval|Immediate)|queueMicrotask)\b/,
      message: `${who} may not use timers ($&): the program that drives it owns time`,
      fires: 'globalThis.setTimeout(f, 1)',
      silent: 'breaker.setTimeout(f)',
    },
    {
      pattern: /(?<![\w$.])(?<!function\s+)(?:globalThis\s*\.\s*)?fetch\s*\(/,
      message: `${who} may not use the network: take what is needed as input`,
      fires: "const a = fetch('x')",
      silent: 'const a = blobs.fetch(cid)',
    },
    {
      pattern: /(?<![\w$.])process\s*[.?[]/,
      message: `${who} may not use process: take the setting as an argument`,
      fires: 'const a = process.env',
      silent: 'const a = { process: 1 }',
    },
    {
      pattern: /(?<![\w$.])Buffer\s*[.(]/,
      message: `${who} may not use Buffer: use Uint8Array`,
      fires: 'const a = Buffer.from(b)',
      silent: 'const a = new ArrayBuffer(8)',
    },
    {
      pattern: /(?<![\w$.])require\s*\(/,
      message: `${who} may not use require: use import`,
      fires: 'const a = require(b)',
      silent: 'policy.require(b)',
    },
    {
      pattern: /(?<![\w$.])(?:console|logger)\s*\./,
      message: `${who} does not log: return what happened, the caller says it`,
      fires: 'console.error(a)',
      silent: 'terminal.console.a()',
    },
    {
      pattern: /(?<![\w$.])log\s*\.\s*(?:trace|debug|info|warn|error|fatal)\s*\(/,
      message: `${who} does not log: return what happened, the caller says it`,
      fires: 'log.info(a)',
      silent: 'log.append(a)',
    },
    {
      pattern: /(?<![\w$])(?:localeCompare|toLocale\w*)\s*\(|(?<![\w$.])Intl\s*\./,
      message: `${who} may not ask for the locale ($&): machines differ in it; compare with <`,
      fires: 'ids.sort((a, b) => a.localeCompare(b))',
      silent: 'ids.sort((a, b) => (a < b ? -1 : 1))',
    },
  ]
}

export const protocolPure: Rule = banning({
  name: 'protocol-pure',
  about: 'protocol reads no clock, randomness, environment or network: it also runs in a browser',
  applies: inProtocol,
  at: 'packages/protocol/src/a.ts',
  bans: worldly('protocol'),
})

export const corePure: Rule = banning({
  name: 'core-pure',
  about: 'a core decides from its arguments alone, at once, and says what happened as data',
  applies: inCore,
  at: 'packages/coordinator/src/core/a.ts',
  bans: [
    ...worldly('core'),
    {
      pattern: /(?<![\w$.])(?:async|await|Promise)\b(?!\s*:)|\.\s*then\s*\(/,
      message: 'core may not wait ($&): return an effect, its result comes back as an input',
      fires: 'const a = await b',
      silent: 'const a = { await: 1 }',
    },
  ],
})

const INEXACT = [
  ...['exp', 'expm1', 'log', 'log2', 'log10', 'log1p', 'pow', 'cbrt', 'hypot'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'],
  ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
].join('|')

export const exactMath: Rule = banning({
  name: 'exact-math',
  about: 'protocol and cores use no mathematics whose last bits differ between engines',
  applies: (path) => inCore(path) || inProtocol(path),
  at: 'packages/coordinator/src/core/a.ts',
  bans: [
    {
      pattern: new RegExp(`(?<![\\w$])Math\\s*\\.\\s*(?:${INEXACT})\\b`),
      message:
        '$& differs in its last bits between engines: use integers, a table, + - * / or sqrt',
      fires: 'const a = Math.log1p(b)',
      silent: 'const a = Math.sqrt(b) + Math.log2x(b)',
    },
    {
      pattern: /(?<!(?:\d+n|(?<![\w.])2)\s*)\*\*/,
      message: '** differs in its last bits between engines: multiply, or use a table',
      fires: 'const a = 1.2 ** c',
      silent: 'const a = 2 ** 32 + 3n ** b /** c ** d */',
    },
    {
      pattern: /(?<![\w$.])Math\b(?!\s*\.)/,
      message: 'name each function of Math where it is used, so that tidy can see which it is',
      fires: 'const { exp } = Math',
      silent: 'const a = Math.floor(b)',
    },
  ],
})

export const protocolImports: Rule = {
  name: 'protocol-imports',
  about: 'protocol imports no module of Node: it also runs in a browser',
  check: eachFile(inProtocol, (file) =>
    file.imports
      .filter(({ specifier }) => isBuiltin(specifier))
      .map(({ offset, specifier }) => ({
        offset,
        message: `protocol may not import ${specifier}: a browser has none; take an argument`,
      })),
  ),
  fires: [
    { 'packages/protocol/src/a.ts': "import { readFile } from 'node:fs/promises'" },
    { 'packages/protocol/src/a.ts': "import type { Buffer } from 'buffer'" },
  ],
  silent: [
    { 'packages/protocol/src/a.test.ts': "import { readFile } from 'node:fs/promises'" },
    { 'packages/protocol/src/a.ts': "import { sha256 } from '@noble/hashes/sha2.js'" },
    { 'packages/mesh/src/a.ts': "import { readFile } from 'node:fs/promises'" },
  ],
}

export const coreImports: Rule = {
  name: 'core-imports',
  about: 'a core imports itself and protocol, nothing else',
  check: eachFile(inCore, (file) =>
    file.imports
      .filter(({ specifier }) => !mayEnterCore(file.path, specifier))
      .map(({ offset, specifier }) => ({
        offset,
        message: `core may not import ${specifier}: return an effect and let the program do it`,
      })),
  ),
  fires: [
    { 'packages/coordinator/src/core/a.ts': "import { readFile } from 'node:fs/promises'" },
    { 'packages/coordinator/src/core/a.ts': "import { Kysely } from 'kysely'" },
    { 'packages/coordinator/src/core/a.ts': "import { open } from '../journal.ts'" },
    { 'packages/cli/src/agent/core/a.ts': "import { dial } from '@vcp/mesh'" },
  ],
  silent: [
    { 'packages/coordinator/src/core/b/a.ts': "import { apply } from '../apply.ts'" },
    { 'packages/coordinator/src/core/a.ts': "import { pass } from '@vcp/protocol'" },
    { 'packages/coordinator/src/core/a.test.ts': "import { test } from 'vitest'" },
    { 'packages/coordinator/src/journal.ts': "import { open } from 'node:fs/promises'" },
  ],
}

function mayEnterCore(path: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) return packageOf(specifier) === '@vcp/protocol'
  const to = join(dirname(path), specifier)
  return cores.some((core) => path.startsWith(core) && to.startsWith(core))
}
