// A journal on one side of a message port, used on the other. What crosses is handed over, not
// copied: many entries lie in one buffer.
import { type ErrorCode, VcpError } from '@vcp/protocol'
import type { Journal, JournalEntry, Snapshot, SnapshotKind } from './journal.ts'

/** What a thread's door and a `MessagePort` have in common. */
export interface Port {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** Byte strings in one buffer. */
interface Packed {
  readonly lengths: Uint32Array
  readonly bytes: Uint8Array<ArrayBuffer>
}

type Call =
  | { readonly does: 'append'; readonly first: number; readonly batch: Packed }
  | { readonly does: 'read'; readonly from: number; readonly to: number }
  | { readonly does: 'blockRoots'; readonly fromBlock: number }
  | { readonly does: 'leafHashes'; readonly block: number }
  | {
      readonly does: 'saveSnapshot'
      readonly kind: SnapshotKind
      readonly size: number
      readonly batch: Packed
    }
  | { readonly does: 'newestSnapshot'; readonly kind: SnapshotKind }
  | { readonly does: 'prune'; readonly before: number }
  | { readonly does: 'close' }

type CallMessage = Call & { readonly id: number }

interface Failure {
  /** Null for a bug of the caller. */
  readonly code: ErrorCode | null
  readonly message: string
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>>
}

interface Answer {
  readonly id: number
  /** The journal after the call. */
  readonly at: Pick<Journal, 'epoch' | 'size' | 'first'> | null
  readonly list: Packed | null
  /** Of a snapshot: what it covers. */
  readonly covers: number | null
  readonly failure: Failure | null
}

/** The first answer, to a call that nobody makes: the journal is open, or why it is not. */
const opening = 0

/** Answers on the port what is asked of the journal, as long as there is a port. */
export function serveJournal(journal: Journal, port: Port): void {
  port.on('message', async (message) => {
    const call = message as CallMessage
    try {
      const { list = null, covers = null } = await perform(journal, call)
      answer(port, { id: call.id, at: placeOf(journal), list, covers, failure: null })
    } catch (error) {
      answerFailure(port, call.id, error)
    }
  })
  answer(port, { id: opening, at: placeOf(journal), list: null, covers: null, failure: null })
}

/** Says on the port that there is no journal to serve. */
export function refuseJournal(port: Port, error: unknown): void {
  answerFailure(port, opening, error)
}

function placeOf({ epoch, size, first }: Journal): Answer['at'] {
  return { epoch, size, first }
}

async function perform(
  journal: Journal,
  call: Call,
): Promise<{ readonly list?: Packed; readonly covers?: number }> {
  switch (call.does) {
    case 'append':
      await journal.append(call.first, unpack(call.batch))
      return {}
    case 'read':
      // One page: the next is asked for when this one is there.
      for await (const page of journal.read(call.from, call.to)) {
        return { list: pack(page.map(({ bytes }) => bytes)) }
      }
      return { list: pack([]) }
    case 'blockRoots':
      return { list: pack(await journal.blockRoots(call.fromBlock)) }
    case 'leafHashes':
      return { list: pack(await journal.leafHashes(call.block)) }
    case 'saveSnapshot': {
      const [bytes] = unpack(call.batch)
      await journal.saveSnapshot(call.kind, { size: call.size, bytes: bytes! })
      return {}
    }
    case 'newestSnapshot': {
      const found = await journal.newestSnapshot(call.kind)
      return found === null ? {} : { list: pack([found.bytes]), covers: found.size }
    }
    case 'prune':
      await journal.prune(call.before)
      return {}
    case 'close':
      await journal.close()
      return {}
  }
}

function answer(port: Port, message: Answer): void {
  port.postMessage(message, message.list === null ? [] : [message.list.bytes.buffer])
}

function answerFailure(port: Port, id: number, error: unknown): void {
  const { message } = error as Error
  const known = error instanceof VcpError ? error : null
  const failure = {
    code: known?.code ?? null,
    message,
    hint: known?.hint ?? '',
    details: known?.details ?? {},
  }
  answer(port, { id, at: null, list: null, covers: null, failure })
}

export interface PortJournal extends Journal {
  /** What was asked and is not answered fails with this, and so does all that is asked later. */
  fail(reason: VcpError): void
}

/** The journal that is served on the other side; fails as opening it there failed. */
export async function journalOver(port: Port, onBusy?: OnBusy): Promise<PortJournal> {
  const journal = new JournalOverPort(port, onBusy ?? (() => {}))
  await journal.opened
  return journal
}

/** Told whenever the first call begins to wait for an answer, and when the last has it. */
export type OnBusy = (isBusy: boolean) => void

class JournalOverPort implements PortJournal {
  readonly opened: Promise<unknown>
  readonly #port: Port
  readonly #onBusy: OnBusy
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()
  #at = { epoch: 0, size: 0, first: 0 }
  #newestId = opening
  #reason: VcpError | null = null

  constructor(port: Port, onBusy: OnBusy) {
    this.#port = port
    this.#onBusy = onBusy
    this.opened = this.#answerTo(opening)
    port.on('message', (message) => this.#take(message as Answer))
  }

  get epoch(): number {
    return this.#at.epoch
  }

  get size(): number {
    return this.#at.size
  }

  get first(): number {
    return this.#at.first
  }

  async append(first: number, batch: readonly Uint8Array[]): Promise<void> {
    await this.#ask({ does: 'append', first, batch: pack(batch) })
  }

  async *read(from: number, to: number = this.size): AsyncGenerator<readonly JournalEntry[]> {
    const ask = (next: number) => {
      const asked = this.#ask({ does: 'read', from: next, to })
      asked.catch(() => {
        // Whoever reads on meets it there; whoever does not need not know.
      })
      return asked
    }
    // The next page is read there while this one is used here.
    let ahead = ask(from)
    for (let next = from; ; ) {
      const { list } = await ahead
      const page = unpack(list!).map((bytes, i) => ({ index: next + i, bytes }))
      if (page.length === 0) return
      next += page.length
      if (next < to) ahead = ask(next)
      yield page
      if (next >= to) return
    }
  }

  async blockRoots(fromBlock: number): Promise<readonly Uint8Array[]> {
    return unpack((await this.#ask({ does: 'blockRoots', fromBlock })).list!)
  }

  async leafHashes(block: number): Promise<readonly Uint8Array[]> {
    return unpack((await this.#ask({ does: 'leafHashes', block })).list!)
  }

  async saveSnapshot(kind: SnapshotKind, { size, bytes }: Snapshot): Promise<void> {
    await this.#ask({ does: 'saveSnapshot', kind, size, batch: pack([bytes]) })
  }

  async newestSnapshot(kind: SnapshotKind): Promise<Snapshot | null> {
    const { list, covers } = await this.#ask({ does: 'newestSnapshot', kind })
    return list === null ? null : { size: covers!, bytes: list.bytes }
  }

  async prune(before: number): Promise<void> {
    await this.#ask({ does: 'prune', before })
  }

  async close(): Promise<void> {
    if (this.#reason !== null) return
    const closing = this.#ask({ does: 'close' })
    this.#reason = new VcpError('JOURNAL_FAILED', { message: 'the journal is closed' })
    await closing
  }

  fail(reason: VcpError): void {
    this.#reason ??= reason
    if (this.#waiting.size === 0) return
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
    this.#onBusy(false)
  }

  #ask(call: Call): Promise<Answer> {
    if (this.#reason !== null) return Promise.reject(this.#reason)
    this.#newestId += 1
    const id = this.#newestId
    const handed = 'batch' in call ? [call.batch.bytes.buffer] : []
    this.#port.postMessage({ ...call, id } satisfies CallMessage, handed)
    return this.#answerTo(id)
  }

  #answerTo(id: number): Promise<Answer> {
    const answered = Promise.withResolvers<Answer>()
    this.#waiting.set(id, answered)
    if (this.#waiting.size === 1) this.#onBusy(true)
    return answered.promise
  }

  #take(message: Answer): void {
    const answered = this.#waiting.get(message.id)
    if (answered === undefined) return
    this.#waiting.delete(message.id)
    if (this.#waiting.size === 0) this.#onBusy(false)
    if (message.at !== null) this.#at = message.at
    if (message.failure === null) answered.resolve(message)
    else answered.reject(errorOf(message.failure))
  }
}

function errorOf({ code, message, hint, details }: Failure): Error {
  return code === null ? new RangeError(message) : new VcpError(code, { message, hint, details })
}

function pack(list: readonly Uint8Array[]): Packed {
  const lengths = Uint32Array.from(list, ({ length }) => length)
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  for (const each of list) {
    bytes.set(each, at)
    at += each.length
  }
  return { lengths, bytes }
}

function unpack({ lengths, bytes }: Packed): readonly Uint8Array[] {
  let end = 0
  return Array.from(lengths, (length) => {
    end += length
    return bytes.subarray(end - length, end)
  })
}
