import { describeGpu } from '../../hardware/describe.ts'
import { type Check, ok, unknown } from '../check.ts'

export const gpu: Check = {
  name: 'gpu',
  about: 'graphics processors; none are needed',
  async run({ hardware }) {
    const { gpus, notes } = hardware
    if (gpus === null) {
      const why = notes.find((note) => note.startsWith('gpus: '))?.slice('gpus: '.length)
      return unknown(
        `the machine cannot be asked for GPUs${why === undefined ? '' : ` (${why})`}`,
        'Check that `nvidia-smi` or `lspci` answers; the node offers no GPU until then.',
        { gpus },
      )
    }
    if (gpus.length === 0) return ok('there is none, and none is needed', { gpus })
    return ok(gpus.map(describeGpu).join('; '), { gpus })
  },
}
