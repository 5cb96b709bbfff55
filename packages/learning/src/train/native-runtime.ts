// The one place that loads the native runtime. From 1.29 on its published builds for Linux and
// macOS report sessions, names and hashes of models included, to their maker over the network, and
// leave files behind, unless this is said before they are loaded. Nothing leaves a machine that
// its operator did not send: not that either.
process.env['ORT_DISABLE_TELEMETRY'] = '1'

// Tensor cores round floats to 10 bits of fraction, and say nothing of it.
process.env['NVIDIA_TF32_OVERRIDE'] = '0'

export const { InferenceSession, listSupportedBackends, Tensor } = await import('onnxruntime-node')
