// The header and the slots of a machine, read and written from outside. They lie below the guest's
// memory, in a part that never grows: one view of them stays good.

import type { MeterPosition } from '../run/meter.ts'
import type { IoPosition } from '../wasi/overlay.ts'
import type { OutputStream } from '../wasi/provider.ts'
import type { WasmMemory } from '../webassembly.ts'
import { header, slotBytes, type statuses } from './layout.ts'

export type Status = (typeof statuses)[keyof typeof statuses]

/** An output stream in the state: its bytes are counted and chained, not kept. */
const streamFields = {
  stdout: { bytes: header.stdoutBytes, chain: header.stdoutChain },
  stderr: { bytes: header.stderrBytes, chain: header.stderrChain },
} as const

const CHAIN_BYTES = 32
const DESCRIPTORS = 3

export class State {
  readonly memory: WasmMemory
  readonly view: DataView

  constructor(memory: WasmMemory) {
    this.memory = memory
    this.view = new DataView(memory.buffer)
  }

  /** The whole memory, marks included, as it is now. */
  bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer)
  }

  /** A field or word of 32 bits. */
  word(address: number): number {
    return this.view.getUint32(address, true)
  }

  setWord(address: number, value: number): void {
    this.view.setUint32(address, value, true)
  }

  slot(address: number): bigint {
    return this.view.getBigUint64(address, true)
  }

  setSlot(address: number, value: bigint): void {
    this.view.setBigUint64(address, value, true)
  }

  get status(): Status {
    return this.word(header.status) as Status
  }

  get steps(): number {
    return Number(this.slot(header.steps))
  }

  get guestPages(): number {
    return this.word(header.guestPages)
  }

  /** The operand so many below the top, as a slot. */
  operand(below: number): bigint {
    if (below === 0) return this.slot(header.top)
    return this.slot(this.word(header.sp) - below * slotBytes)
  }

  get meter(): MeterPosition {
    return {
      granted: this.view.getFloat64(header.gasGranted, true),
      nextCheckpoint: this.view.getFloat64(header.nextCheckpoint, true),
    }
  }

  set meter({ granted, nextCheckpoint }: MeterPosition) {
    this.view.setFloat64(header.gasGranted, granted, true)
    this.view.setFloat64(header.nextCheckpoint, nextCheckpoint, true)
  }

  get io(): IoPosition {
    const letters = Array.from({ length: DESCRIPTORS }, (_, i) =>
      this.view.getUint8(header.descriptors + i),
    )
    return {
      stdinBytes: this.view.getFloat64(header.stdinBytes, true),
      randomBytes: this.view.getFloat64(header.randomBytes, true),
      descriptors: String.fromCharCode(...letters),
    }
  }

  set io({ stdinBytes, randomBytes, descriptors }: IoPosition) {
    this.view.setFloat64(header.stdinBytes, stdinBytes, true)
    this.view.setFloat64(header.randomBytes, randomBytes, true)
    for (let i = 0; i < DESCRIPTORS; i++) {
      this.view.setUint8(header.descriptors + i, descriptors.charCodeAt(i))
    }
  }

  written(stream: OutputStream): number {
    return this.view.getFloat64(streamFields[stream].bytes, true)
  }

  /** Counts bytes that were written, and gives the chain that they are to be hashed into. */
  addWritten(stream: OutputStream, bytes: number): Uint8Array {
    const fields = streamFields[stream]
    this.view.setFloat64(fields.bytes, this.written(stream) + bytes, true)
    return new Uint8Array(this.view.buffer, fields.chain, CHAIN_BYTES)
  }
}
