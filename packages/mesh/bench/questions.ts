import type { Mesh } from '@vcp/mesh'
import type { AssignAsk, TaskId } from '@vcp/protocol'
import { askProtocol, quantile, signers } from './pair.ts'

export interface QuestionFigure {
  readonly atOnce: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly perSecond: number
}

const ask: AssignAsk = {
  ask: 'reveal',
  task_id: '019f0000-0000-7000-8000-000000000001' as TaskId,
  lease_epoch: 1,
}

export async function measureQuestions(
  mesh: Mesh,
  seconds: number,
): Promise<readonly QuestionFigure[]> {
  const figures: QuestionFigure[] = []
  for (const atOnce of [1, 8, 32]) figures.push(await measure(mesh, atOnce, seconds * 1_000))
  return figures
}

async function measure(mesh: Mesh, atOnce: number, ms: number): Promise<QuestionFigure> {
  const took: number[] = []
  const began = performance.now()
  async function askOn(): Promise<void> {
    while (performance.now() - began < ms) {
      const asked = performance.now()
      const answer = await mesh.streams.ask(signers.child.peerId, askProtocol, ask)
      if (!answer.ok) throw new Error(answer.reason)
      took.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, askOn))
  const perSecond = took.length / ((performance.now() - began) / 1_000)
  return { atOnce, p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99), perSecond }
}
