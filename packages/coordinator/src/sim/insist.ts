// The coordinator's own desks, which say a thing again where it could not be written down.
import type { Input } from '../core/inputs.ts'
import type { Surroundings } from './correspondent.ts'

export function insist(around: Pick<Surroundings, 'world' | 'coordinator'>, input: Input): void {
  around.coordinator.tell(input, (reply) => {
    const isToBeTried = !reply.ok && reply.code === 'DISK_FULL'
    if (isToBeTried) around.world.after(1_000, () => insist(around, input))
  })
}
