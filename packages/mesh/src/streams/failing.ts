import { type Refusal, refuse, VcpError } from '@vcp/protocol'

/** What a handler answers, and what becomes of what it throws. */
export async function answerOf<Answered>(
  ask: () => Promise<Answered>,
): Promise<Answered | Refusal> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof VcpError) return refuse(error.code, error.message)
    // A bug of ours ends the process, as everywhere; the peer gets its answer first.
    queueMicrotask(() => {
      throw error
    })
    return refuse('INTERNAL', 'the peer met a state it believed impossible')
  }
}
