// Where a training stands, so that it goes on from there after any end: weights and what the
// optimiser remembers, bound to the training they belong to. Of sampling it holds the seed at
// most: a step's examples are worked out from its number, and with privacy they have no memory.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import * as z from 'zod'

export interface Checkpoint {
  /** Steps that are done. */
  readonly step: number
  /** By which the order of examples goes on; null where no order is kept. */
  readonly seed: string | null
  readonly weights: Float32Array
  readonly slots: readonly Float32Array[]
  readonly earlyStop: EarlyStopState
}

export interface EarlyStopState {
  readonly bestLoss: number | null
  /** Looks since the best one. */
  readonly looks: number
}

const Header = z.strictObject({
  format: z.literal('vcp checkpoint 1'),
  training: z.string(),
  step: z.int().min(0),
  seed: z.string().nullable(),
  early_stop: z.strictObject({ best_loss: z.number().nullable(), looks: z.int().min(0) }),
  lengths: z.array(z.int().min(0)),
})

const digestBytes = 32

/** Written whole or not at all: beside its place, flushed, then renamed. Others may not read it. */
export async function writeCheckpoint(
  file: string,
  training: string,
  checkpoint: Checkpoint,
): Promise<void> {
  const arrays = [checkpoint.weights, ...checkpoint.slots]
  const { bestLoss, looks } = checkpoint.earlyStop
  const header: z.infer<typeof Header> = {
    format: 'vcp checkpoint 1',
    training,
    step: checkpoint.step,
    seed: checkpoint.seed,
    early_stop: { best_loss: bestLoss, looks },
    lengths: arrays.map(({ length }) => length),
  }
  const text = Buffer.from(JSON.stringify(header))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(text.length)
  const body = Buffer.concat([size, text, ...arrays.map(bytesOf)])
  const digest = createHash('sha256').update(body).digest()
  await mkdir(dirname(file), { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(Buffer.concat([body, digest]))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Null when there is none yet. One that is damaged or of another training is refused. */
export async function readCheckpoint(
  file: string,
  training: string,
): Promise<Outcome<Checkpoint | null>> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return pass(null)
    throw error
  }
  const body = bytes.subarray(0, -digestBytes)
  const digest = createHash('sha256').update(body).digest()
  if (bytes.length < digestBytes + 4 || !digest.equals(bytes.subarray(-digestBytes))) {
    return damaged(file)
  }
  const headerEnd = 4 + body.readUInt32LE(0)
  if (headerEnd > body.length) return damaged(file)
  const parsed = Header.safeParse(jsonOrNull(body.toString('utf8', 4, headerEnd)))
  if (!parsed.success) return damaged(file)
  if (parsed.data.training !== training) {
    return refuse('CONFLICT', `${file} belongs to another training: move it away first`)
  }
  const { lengths, step, seed, early_stop: early } = parsed.data
  const total = lengths.reduce((sum, length) => sum + length * 4, headerEnd)
  const [weights, ...slots] = arraysIn(body, headerEnd, lengths)
  if (total !== body.length || weights === undefined) return damaged(file)
  const earlyStop = { bestLoss: early.best_loss, looks: early.looks }
  return pass({ step, seed, weights, slots, earlyStop })
}

function arraysIn(body: Buffer, start: number, lengths: readonly number[]): Float32Array[] {
  let at = start
  return lengths.map((length) => {
    const copy = Uint8Array.from(body.subarray(at, at + length * 4))
    at += length * 4
    return new Float32Array(copy.buffer, 0, copy.length >> 2)
  })
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function damaged(file: string): Outcome<Checkpoint | null> {
  return refuse('INVALID', `${file} is no whole checkpoint: move it away to begin anew`)
}
