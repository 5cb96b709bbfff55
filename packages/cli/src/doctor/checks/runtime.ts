import { errors } from '@vcp/protocol'
import { bad, type Check, ok } from '../check.ts'

/** As in `bin/runtime.js`, which a Node too old for this file must be able to read. */
export const oldestNode = [22, 19] as const

export const runtime: Check = {
  name: 'runtime',
  about: 'the Node.js that runs vcp',
  async run({ nodeVersion, nodePath }) {
    const isBundled = /[\\/]node_modules[\\/]node-(linux|darwin|win)-/.test(nodePath)
    const figures = { version: nodeVersion, path: nodePath, bundled: isBundled }
    const whose = isBundled ? 'the one that came with vcp' : `the one of this machine, ${nodePath}`
    const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
    if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) {
      return ok(`Node ${nodeVersion}, ${whose}`, figures)
    }
    const needed = oldestNode.join('.')
    return bad(
      `Node ${nodeVersion} is too old, ${needed} is the oldest that works (${whose})`,
      errors.NODE_RUNTIME_TOO_OLD.hint,
      figures,
    )
  },
}
