// A child that decodes what a file asks for may not come back to its messages for years: a thread
// of its own looks after whoever has started it.
import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/**
 * Has this process killed when its standard input ends, whatever it is at then. The input has to be
 * a pipe that nobody but the parent holds: it ends with the parent, however that ends.
 */
export async function endWithParent(): Promise<void> {
  const program = new URL(`./parent-watch${extname(import.meta.url)}`, import.meta.url)
  const watch = new Worker(program, { execArgv: [] })
  await once(watch, 'message')
  watch.unref()
}
