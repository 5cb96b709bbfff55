// One child process, as its parent sees it. It is believed nothing: a frame that was not agreed on
// is the end of it.
import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import {
  type Agreed,
  type ChildMessage,
  frameBytesMax,
  parseChildFrame,
  printable,
} from './child-messages.ts'
import { parentSocket } from './child-terms.ts'
import { createFrameReader, encodeFrame } from './frame.ts'
import type { Isolation } from './isolation.ts'
import { killGroup, launch } from './launch.ts'
import type { ChildProgram } from './program.ts'
import { openMemoryGauge, type ResidentMemory } from './resident-memory.ts'

export interface Death {
  readonly exitCode: number | null
  readonly signal: string | null
  /** Why it was ended here, or what it said last. */
  readonly detail: string
}

export type Said = Exclude<ChildMessage, { type: 'ready' }>

export interface Child {
  /** Whether it came up; settles once. */
  readonly ready: Promise<boolean>
  /** Resolves when the process is gone and all that it said was heard. */
  readonly dead: Promise<Death>
  /** As it is now, or was so long ago at most; null where the system does not tell. */
  memory(ageMsMax?: number): ResidentMemory | null
  /** Gives it a task. What it says goes to `hear`, until `leave`. */
  give(agreed: Agreed, header: object, blobs: readonly Uint8Array[], hear: Hear): void
  /** From here on it has nothing to say. */
  leave(): void
  kill(): void
}

type Hear = (message: Said) => void

const startMsMax = 10_000
/** How long the streams of a dead child are read on. */
const lastWordsMs = 30
const stderrBytesMax = 65_536
const stderrCharactersKept = 1_000

export function openChild(program: ChildProgram, isolation: Isolation): Child {
  const process = launch(program, isolation)
  // Without a process there may be no streams either: where descriptors have run out.
  const socket = (process.stdio?.[parentSocket] ?? null) as Duplex | null
  const gauge = process.pid === undefined ? null : openMemoryGauge(process.pid)
  const ready = Promise.withResolvers<boolean>()
  let isReady = false
  let agreed: Agreed | null = null
  let hear: Hear | null = null
  let breach: string | null = null
  let memory: ResidentMemory | null = null
  let memoryAtMs = Number.NEGATIVE_INFINITY

  let isDead = false

  const kill = () => {
    // Its number may belong to another process by now.
    if (!isDead) killGroup(process)
  }
  const stop = (why: string) => {
    breach ??= why
    // Nothing more of it is read, whatever it goes on to write until it is dead.
    socket?.destroy()
    kill()
  }
  const take = (message: ChildMessage | null): boolean => {
    const isAgreed = message !== null && !(message.type === 'ready' && isReady)
    if (!isAgreed) {
      stop('it said what it may not say')
    } else if (message.type === 'ready') {
      isReady = true
      ready.resolve(true)
    } else {
      hear?.(message)
    }
    return isAgreed
  }
  const reader = createFrameReader(
    () => frameBytesMax(agreed),
    (frame) => take(parseChildFrame(frame, agreed)),
  )
  socket?.on('data', (chunk: Uint8Array) => {
    const fault = reader.push(chunk)
    if (fault !== null)
      stop(`it sent a frame that is ${fault === 'malformed' ? fault : 'too large'}`)
  })
  // It is dead or dying; that it is gone is what `dead` tells.
  for (const event of ['error', 'close']) socket?.on(event, kill)

  const startTimer = setTimeout(() => stop('it did not come up in time'), startMsMax)
  const stderr = collectStderr(process, () => stop('it wrote too much'))
  const dead = death(process).then(({ detail, ...end }) => {
    isDead = true
    clearTimeout(startTimer)
    gauge?.close()
    socket?.destroy()
    ready.resolve(false)
    return { ...end, detail: breach ?? (printable(stderr()) || detail) }
  })
  ready.promise.then(() => clearTimeout(startTimer))

  return {
    ready: ready.promise,
    dead,
    memory(ageMsMax = 0) {
      const nowMs = performance.now()
      if (nowMs - memoryAtMs >= ageMsMax) {
        memory = gauge?.read() ?? null
        memoryAtMs = nowMs
      }
      return memory
    },
    give(task, header, blobs, listener) {
      agreed = task
      hear = listener
      for (const piece of encodeFrame(header, blobs)) socket?.write(piece)
    },
    leave() {
      agreed = null
      hear = null
    },
    kill,
  }
}

function death(process: ChildProcess): Promise<Death> {
  return new Promise((resolve) => {
    process.on('exit', (exitCode, signal) => {
      const detail = signal === null ? `it ended with code ${exitCode}` : `${signal} ended it`
      const found = { exitCode, signal, detail }
      // Whatever it started holds its streams open, and ends with it.
      killGroup(process)
      process.on('close', () => resolve(found))
      setTimeout(resolve, lastWordsMs, found).unref()
    })
    process.on('error', (error) => {
      // After a start there is an exit to wait for.
      if (process.pid === undefined)
        resolve({ exitCode: null, signal: null, detail: String(error) })
    })
  })
}

/** Reads it all, so that the child never waits for us, and keeps the end. */
function collectStderr(process: ChildProcess, tooMuch: () => void): () => string {
  let bytes = 0
  let kept = ''
  process.stderr?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    kept = (kept + chunk.toString('utf8')).slice(-stderrCharactersKept)
    if (bytes > stderrBytesMax) {
      process.stderr?.destroy()
      tooMuch()
    }
  })
  return () => kept.trim()
}
