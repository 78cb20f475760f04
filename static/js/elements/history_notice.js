// Says at an end of the timeline that more could not be loaded, with a button that tries again.

import { clone } from "../helpers/templates.js";

export class HistoryNotice {
  #notices = {}

  // `places` holds an element for "older" and one for "newer"; `retry(side)` loads once more.
  constructor(places, retry) {
    Object.assign(this, { places, retry })
  }

  show(side) {
    this.#notices[side] ??= this.#make(side)
    this.places[side].append(this.#notices[side])
  }

  hide(side) {
    this.#notices[side]?.remove()
  }

  #make(side) {
    const notice = clone("history-failed-template")
    notice.querySelector("button").addEventListener("click", () => this.retry(side))
    return notice
  }
}
