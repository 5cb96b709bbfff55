// The thread of `endWithParent`.
import { Socket } from 'node:net'
import { parentPort } from 'node:worker_threads'

new Socket({ fd: 0, readable: true, writable: false })
  .on('error', () => 'it closes as well')
  .once('close', () => process.kill(process.pid, 'SIGKILL'))
  .resume()
parentPort!.postMessage('it watches')
