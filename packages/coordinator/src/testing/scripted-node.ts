// A node of the mesh that does what a test says: joins, answers as it is told to, reports.
import { type Answer, type Mesh, openMemoryStore, type Roster, serveBlobs } from '@vcp/mesh'
import {
  type AssignAnswer,
  type AssignAsk,
  assignProtocol,
  commitmentOf,
  type Digest,
  type JoinAnswer,
  type JoinAsk,
  joinProtocol,
  type Offer,
  type Outcome,
  type PeerId,
  pass,
  type Receipt,
  type Report,
  type ReportAnswer,
  reportProtocol,
} from '@vcp/protocol'
import { receiptOf } from '../core/testing/samples.ts'
import { type SignedNode, signedNode } from './signed-node.ts'

type Kind = AssignAsk['ask']
type AskOf<K extends Kind> = Extract<AssignAsk, { ask: K }>

export interface ScriptedNode extends SignedNode {
  readonly peerId: PeerId
  readonly mesh: Mesh
  readonly asks: readonly AssignAsk[]
  /** The next question of a kind that has not been taken yet, when it comes. */
  asked<K extends Kind>(kind: K): Promise<AskOf<K>>
  /** Replaces how it answers; to offers it says yes, and notes the rest, unless told otherwise. */
  answer: (ask: AssignAsk) => Promise<Outcome<AssignAnswer>>
  say(ask: JoinAsk): Promise<Answer<JoinAnswer>>
  register(changes?: Partial<Extract<JoinAsk, { ask: 'register' }>>): Promise<Answer<JoinAnswer>>
  report(report: Report): Promise<Answer<ReportAnswer>>
  commit(receipt: Receipt): Promise<Answer<ReportAnswer>>
  reveal(receipt: Receipt, output?: string | null): Promise<Answer<ReportAnswer>>
  /** Keeps a blob that others may fetch. */
  keep(bytes: Uint8Array): Promise<void>
}

export interface NodeHome {
  /** Of the coordinator. */
  readonly peerId: PeerId
  join(node: SignedNode, roster: Roster): Mesh | Promise<Mesh>
}

/** The byte makes key and wallet; the network is that of the coordinator under test. */
export async function scriptedNode(byte: number, home: NodeHome): Promise<ScriptedNode> {
  const signed = signedNode(byte)
  const { peerId } = signed.signer
  const mesh = await home.join(signed, nobody)
  const asks: AssignAsk[] = []
  const taken = new Set<AssignAsk>()
  let wake = Promise.withResolvers<void>()
  const store = await openMemoryStore(1_000_000_000)
  await serveBlobs(mesh.streams, store)

  const node: ScriptedNode = {
    ...signed,
    peerId,
    mesh,
    asks,
    answer: async (ask) => pass(ask.ask === 'offer' ? acceptanceOf(ask.offer) : noted),
    async asked<K extends Kind>(kind: K): Promise<AskOf<K>> {
      for (;;) {
        const found = asks.find((ask) => ask.ask === kind && !taken.has(ask))
        if (found !== undefined) {
          taken.add(found)
          return found as AskOf<K>
        }
        await wake.promise
      }
    },
    say: (ask) => mesh.streams.ask(home.peerId, joinProtocol, ask),
    register: (changes = {}) => node.say({ ask: 'register', ...signed.registration(), ...changes }),
    report: (report) => mesh.streams.ask(home.peerId, reportProtocol, report),
    commit(receipt) {
      const envelope = signed.sign('commitment', commitmentOf(peerId, receipt))
      return node.report({ report: 'signed', envelope, output: null })
    },
    reveal(receipt, output = null) {
      const envelope = signed.sign('receipt', receipt)
      const bytes = output === null ? null : Buffer.from(output)
      return node.report({ report: 'signed', envelope, output: bytes })
    },
    async keep(bytes) {
      await store.put([bytes], { shape: 'whole' })
    },
  }
  await mesh.streams.serve(assignProtocol, (ask) => {
    const answer = node.answer(ask)
    asks.push(ask)
    wake.resolve()
    wake = Promise.withResolvers()
    return answer
  })
  return node
}

const noted: AssignAnswer = { answered: 'noted' }

export function acceptanceOf({ task_id, lease_epoch }: Offer): AssignAnswer {
  return { answered: 'offer', answer: { answer: 'accept', task_id, lease_epoch } }
}

/** What a run of an offered task is signed for, with a text for its output. */
export function resultOf(
  offer: Offer,
  output = 'output',
  traceRoot: Digest | null = null,
): Receipt {
  const lease = { taskId: offer.task_id, epoch: offer.lease_epoch }
  return receiptOf(offer.task, lease, output, traceRoot)
}

/** Nodes of tests hear of nobody. */
const nobody: Roster = {
  isNode: () => false,
  isCoordinator: () => false,
  log: { origin: 'none', verifier: { name: 'none', keyId: 0 } as never, size: 0 },
}
