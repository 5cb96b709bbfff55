import { required } from '../call.ts'
import { rearrangement } from '../rearrangement.ts'

/** As exported for inference it does nothing; noise of its own would hide what a step did. */
export const dropout = rearrangement((call) => {
  const training = call.inputs[2] ?? null
  if (training !== null && training.known?.[0] !== 0) {
    call.refuse('it is in training mode: export the model with model.eval()')
  }
  if (call.outputCount > 1) call.refuse('its second output, the mask, is not supported')
  return required(call, 0).shape
})
