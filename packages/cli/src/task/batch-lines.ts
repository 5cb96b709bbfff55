import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { NamedBlob } from '@vcp/client'
import { type Digest, limits, type TaskSpec, taskDigest, VcpError } from '@vcp/protocol'
import { withExecutionCircuit } from '../proof/provable-run.ts'
import { createFileReader, withFilesNamed } from './named-files.ts'
import { readSpec } from './spec-faults.ts'

export interface BatchLine {
  /** From 1. */
  readonly line: number
  readonly task: TaskSpec
  readonly digest: Digest
  readonly blobs: readonly NamedBlob[]
}

/** The tasks of a file, one in JSON on each line; empty lines are passed over. */
export async function* readBatchLines(file: string): AsyncGenerator<BatchLine> {
  const path = resolve(file)
  const reader = createFileReader()
  let line = 0
  for await (const text of linesOf(path)) {
    line += 1
    if (text.trim() === '') continue
    const place = `${path}, line ${line}`
    const { draft, blobs } = await withFilesNamed(parsed(text, place), path, reader)
    const spec = readSpec(await withExecutionCircuit(draft, blobs))
    if (!spec.ok) throw new VcpError('INVALID', { message: `${place} is no task: ${spec.reason}` })
    yield { line, task: spec.value, digest: taskDigest(spec.value), blobs }
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const input = createReadStream(path)
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield line
    }
  } catch (cause) {
    throw new VcpError('INPUT_UNREADABLE', { message: `${path} cannot be read`, cause })
  } finally {
    input.destroy()
  }
}

function parsed(text: string, place: string): unknown {
  if (text.length > 4 * limits.ledgerEventBytesMax) {
    throw new VcpError('TOO_LARGE', { message: `${place} is longer than a task may be` })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new VcpError('INVALID', { message: `${place} is not JSON`, cause })
  }
}
