import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  actTask,
  ample,
  hostileProgram,
  ownCopy,
  processesOf,
  textOf,
} from '../testing/pool-tasks.ts'
import { openPool, type Pool } from './pool.ts'

const isLinux = process.platform === 'linux'

let program: ReturnType<typeof ownCopy>
let pool: Pool
let seen: Record<string, unknown>

beforeAll(async () => {
  program = ownCopy(await hostileProgram())
  pool = await openPool({ program, size: 1 })
  const result = await pool.submit(actTask('look'), ample)
  seen = JSON.parse(result.kind === 'attestable' ? textOf(result.stdout) : '{}')
})
afterAll(async () => {
  await pool.close()
  program[Symbol.dispose]()
})

function inForce(name: string): boolean {
  return pool.protections.some((each) => each.name === name && each.inForce)
}

describe('the thread that a guest runs in', () => {
  test('has no environment and no input', () => {
    expect(process.env['PATH']).toBeDefined()
    expect(seen['environment']).toEqual([])
    expect(seen['inputBytes']).toBe(0)
  })

  test('reads its own program and nothing else', () => {
    expect(seen['ownProgram']).toBe('allowed')
    expect(seen['readsPasswords']).toBe('ERR_ACCESS_DENIED')
    expect(seen['readsProcesses']).toBe('ERR_ACCESS_DENIED')
  })

  test('writes nothing and starts nothing', () => {
    expect(seen['writes']).toBe('ERR_ACCESS_DENIED')
    expect(seen['writesOwnFolder']).toBe('ERR_ACCESS_DENIED')
    expect(seen['spawns']).toBe('ERR_ACCESS_DENIED')
  })

  test('has a network exactly where the pool says that it has one', () => {
    expect(seen['network']).toBe(inForce('namespaces') ? 'ENETUNREACH' : 'ECONNREFUSED')
  })
})

// skipped: what follows is read from /proc
describe.skipIf(!isLinux)('a child, as the kernel sees it', () => {
  test('holds no file open but its program and what a process is made of', () => {
    const [pid] = processesOf(program)
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    const files = open.filter((target) => target.startsWith('/') && !target.startsWith('/dev/'))
    expect(files).toEqual([])
  })

  test('has no environment', () => {
    const [pid] = processesOf(program)
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('')
  })

  test('left its folder as it was', () => {
    expect(readdirSync(program.folder).sort()).toEqual(['child-main.mjs', 'worker-main.mjs'])
  })
})
