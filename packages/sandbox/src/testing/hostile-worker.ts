// A worker whose "modules" are words for what may go wrong in a child: the worker of the pool's
// tests. It has no WebAssembly, so it can do what no module may.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { serveWork } from '../child/serve-work.ts'
import type { Attestable, RunRequest, RunResult } from '../run/request.ts'

type Act = (request: RunRequest, progress: (gasUsed: number) => void) => Partial<Attestable>

const network = await reachLoopback()
let runs = 0
let prepares = 0

const acts: Readonly<Record<string, Act>> = {
  echo: (request) => ({ stdout: request.call.kind === 'wasi' ? request.call.stdin : nothing }),
  count: () => ({ stdout: utf8(String(++runs)) }),
  prepared: () => ({ stdout: utf8(String(prepares)) }),
  arguments: ({ call }) => ({ stdout: utf8(kindsOfZero(call)) }),
  spin() {
    for (;;);
  },
  hog() {
    for (const held: Uint8Array[] = []; ; ) held.push(new Uint8Array(8_388_608).fill(1))
  },
  heap() {
    for (const held: unknown[] = []; ; ) held.push(Array.from({ length: 1_000 }, (_, i) => ({ i })))
  },
  residue() {
    kept.push(new Uint8Array(400 * 1_048_576).fill(1))
    return {}
  },
  throw() {
    throw new Error('thrown on purpose \u001b[31m')
  },
  exit: () => process.exit(7),
  kill() {
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  },
  flood: ({ outputBytesMax }) => ({ stdout: new Uint8Array(outputBytesMax + 1) }),
  torrent: ({ outputBytesMax }) => ({ stdout: new Uint8Array(outputBytesMax + 100_000_000) }),
  overcharge: ({ gas }) => ({ gas: gas + 1 }),
  progress(_, progress) {
    progress(123)
    const until = performance.now() + 400
    while (performance.now() < until);
    return {}
  },
  look: () => ({ stdout: utf8(JSON.stringify(look())) }),
}

const kept: Uint8Array[] = []
const nothing = new Uint8Array(0)

serveWork<Act>(parentPort!, workerData, {
  prepare(bytes) {
    const word = new TextDecoder().decode(bytes).split(' ')[0]!
    const act = acts[word]
    prepares += 1
    if (act === undefined) return { ok: false, code: 'MALFORMED_WORD', detail: `no act ${word}` }
    return { ok: true, digest: 'ab'.repeat(32), instrumenterVersion: 1, compile: () => act }
  },
  run: (act, request, progress): RunResult => ({ ...calm, ...act(request, progress) }),
})

const calm: Attestable = {
  kind: 'attestable',
  ending: { kind: 'ok' },
  gas: 1,
  stdout: nothing,
  stderr: nothing,
  results: null,
  checkpoints: [],
  traceRoot: null,
  memoryPages: 0,
  detail: null,
}

/** What a child could learn or do, as the code of each refusal. */
function look() {
  const own = new URL('./worker-main.mjs', import.meta.url)
  return {
    environment: Object.keys(process.env),
    network,
    ownProgram: outcome(() => readFileSync(own)),
    readsPasswords: outcome(() => readFileSync('/etc/passwd')),
    readsProcesses: outcome(() => readFileSync('/proc/1/cmdline')),
    writes: outcome(() => writeFileSync('/tmp/vcp-written-by-a-child', 'x')),
    writesOwnFolder: outcome(() => writeFileSync(new URL('./written', import.meta.url), 'x')),
    spawns: outcome(() => {
      const { error } = spawnSync('/bin/true')
      if (error !== undefined) throw error
    }),
    inputBytes: readFileSync(0).length,
  }
}

function outcome(act: () => unknown): string {
  try {
    act()
    return 'allowed'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Nobody listens there: refused means that there is a network, unreachable that there is none. */
function reachLoopback(): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(9, '127.0.0.1', () => resolve('connected'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
  })
}

function kindsOfZero(call: RunRequest['call']): string {
  if (call.kind !== 'function') return ''
  return call.arguments.map(({ value }) => (Object.is(value, -0) ? '-0' : String(value))).join(' ')
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
