// Whoever runs through many rooms wants the one where they stop: what each of them costs others waits until then.

export class Pace {
  #last = -Infinity

  // Who stays for less than `run` milliseconds runs.
  constructor(run) { this.run = run }

  // One has come somewhere, at `now`.
  arrived(now) { this.#last = now }

  // How long to wait, in milliseconds, when one goes on at `now`.
  wait(now) { return now - this.#last < this.run ? this.run : 0 }
}
