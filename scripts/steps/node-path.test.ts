import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findNode, makePath, versionOf } from './node-path.ts'

describe('a Node of a major version', () => {
  test('is found where this machine has one', () => {
    const major = Number(process.versions.node.split('.')[0])
    const node = findNode(major)
    expect(node).not.toBeNull()
    expect(versionOf(node!)).toMatch(new RegExp(`^v${major}\\.`))
  })

  test('is null where it has none', () => {
    expect(findNode(1)).toBeNull()
  })
})

describe('a PATH with one Node', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vcp-path-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('holds that Node, an npm that runs on it, and the other tools of this machine', () => {
    const path = makePath(join(folder, 'bin'), process.execPath)
    const run = (...line: [string, ...string[]]) =>
      execFileSync('env', line, { encoding: 'utf8', env: { PATH: path, HOME: folder } }).trim()

    expect(run('node', '--version')).toBe(process.version)
    expect(JSON.parse(run('npm', 'version', '--json')).node).toBe(process.versions.node)
    expect(run('git', '--version')).toMatch(/^git version/)
  })

  test('holds nothing else that brings a Node along', () => {
    const names = readdirSync(makePath(join(folder, 'bin'), process.execPath))
    const ofNode = /^(node|npm|npx|corepack|yarn|pnpm)/
    expect(names.filter((name) => ofNode.test(name)).sort()).toEqual(['node', 'npm', 'npx'])
    expect(existsSync(join(folder, 'bin', 'git'))).toBe(true)
  })
})
