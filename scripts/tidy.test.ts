import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findingsIn, report } from './tidy/findings.ts'
import type { Sample } from './tidy/rule.ts'
import { rules } from './tidy/rules.ts'
import { sourceFile } from './tidy/source-file.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

function filesOf(sample: Sample) {
  return Object.entries(sample).map(([path, text]) => sourceFile(path, text))
}

const samples = rules.flatMap((rule) => [
  ...rule.fires.map((sample) => ({ rule, sample, count: 1, shown: JSON.stringify(sample) })),
  ...rule.silent.map((sample) => ({ rule, sample, count: 0, shown: JSON.stringify(sample) })),
])

describe('every rule', () => {
  test('has a name of its own, a sentence about itself and samples of both kinds', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
    for (const rule of rules) {
      expect(rule.about, rule.name).toMatch(/\w+ \w+/)
      expect(rule.fires.length, rule.name).toBeGreaterThan(0)
      expect(rule.silent.length, rule.name).toBeGreaterThan(0)
    }
  })

  test('is kept: what a file of rules exports is registered', async () => {
    const folder = join(root, 'scripts', 'tidy', 'rules')
    const modules = await Promise.all(
      readdirSync(folder).map((file) => import(pathToFileURL(join(folder, file)).href)),
    )
    const exported = modules.flatMap((each) => Object.values<object>(each))
    const written = exported.filter((each) => 'check' in each && 'fires' in each)
    expect(new Set(written)).toEqual(new Set(rules))
  })

  test.each(samples)('$rule.name finds $count in $shown', ({ rule, sample, count }) => {
    const found = findingsIn(filesOf(sample), [rule])
    expect(found.map(({ message }) => message)).toHaveLength(count)
    for (const { message, path, line } of found) {
      expect(message).not.toContain('$&')
      expect(line).toBeGreaterThan(0)
      expect(path).toMatch(/\w\.\w+$/)
    }
  })
})

describe('a finding', () => {
  test('says where, which rule, what is wrong and what to do instead', () => {
    const files = filesOf({
      'packages/coordinator/src/core/b.ts': '// one\n\nconst b = Date.now()\n',
      'packages/cli/src/a.ts': 'const a = b as any\n',
    })
    expect(report(findingsIn(files, rules)).map((line) => line.split(/ {2,}/))).toEqual([
      [
        'packages/cli/src/a.ts:1',
        'no-any',
        'never `as any`: parse it with a schema, or say what it is',
      ],
      [
        'packages/coordinator/src/core/b.ts:3',
        'core-pure',
        'core may not use Date.now: take atMs from the input',
      ],
    ])
  })
})

describe('the program', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcp-tidy-'))
    execFileSync('git', ['init', '-q'], { cwd: folder })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }

  function run() {
    const script = join(root, 'scripts', 'tidy.ts')
    return spawnSync(process.execPath, [script, folder], { encoding: 'utf8' })
  }

  test('passes where there is nothing to say', () => {
    write('a.ts', 'export const a = 1\n')
    expect(run()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 findings/) })
  })

  test('fails on files that git does not track yet, and leaves out those it ignores', () => {
    write('.gitignore', 'ignored/\n')
    write('ignored/a.ts', 'eval(a)\n')
    write('deep/er/a.ts', '\n\neval(a)\n')
    const { status, stdout } = run()
    expect(status).toBe(1)
    expect(stdout).toMatch(
      /^deep\/er\/a.ts:3 {2}no-eval {2}never run text as code: parse it\n1 findings/,
    )
  })
})

describe('biome', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcp-biome-'))
    copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function lint(text: string) {
    writeFileSync(join(folder, 'a.ts'), text)
    const biome = join(root, 'node_modules', '.bin', 'biome')
    return spawnSync(biome, ['lint', '--colors=off', '--vcs-enabled=false', '.'], {
      cwd: folder,
      encoding: 'utf8',
    })
  }

  function functionOf(lines: number): string {
    return `export function long() {\n${'  work()\n'.repeat(lines)}}\n`
  }

  test('finds a function of over 70 lines', () => {
    const { stdout, stderr, status } = lint(functionOf(75))
    expect(stdout + stderr).toContain('noExcessiveLinesPerFunction')
    expect(status).toBe(1)
  })

  test('is content with one of 60', () => {
    const { stdout, stderr, status } = lint(functionOf(60))
    expect(stdout + stderr).toContain('Checked 2 files')
    expect(status).toBe(0)
  })
})
