// Heartbeats, the plainest messages there are.
import {
  type Envelope,
  encodeCanonical,
  type Nonce,
  type Signer,
  signMessage,
  type Telemetry,
} from '@vcp/protocol'

const telemetry: Telemetry = {
  cpu_percent: 12.5,
  memory_percent: 40,
  temperature_c: 55,
  latency_ms: 20,
  bandwidth_up_mbps: 400,
  bandwidth_down_mbps: 900,
  battery_percent: null,
  on_mains: true,
  power_watts: null,
  gpus: [],
  consecutive_errors: 0,
  open_assignments: 1,
  breaker: { state: 'closed', reason: null },
}

export function heartbeatBy(signer: Signer, number: number, atMs: number): Envelope<'heartbeat'> {
  const nonce = number.toString(16).padStart(32, '0') as Nonce
  return signMessage('heartbeat', telemetry, signer, { nonce, atMs })
}

export function bytesOf(message: Envelope<'heartbeat'>): Uint8Array {
  return encodeCanonical({ ...message })
}
