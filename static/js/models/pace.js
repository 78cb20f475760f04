// Whoever runs through many rooms wants the one where they stop: what each of them costs others waits until then.

const RUN_MS = 200

export class Pace {
  #last = -Infinity

  // For how long a step at `now` is to wait, in milliseconds: not at all, unless there was another just before.
  step(now) {
    const isRun = now - this.#last < RUN_MS
    this.#last = now
    return isRun ? RUN_MS : 0
  }
}
