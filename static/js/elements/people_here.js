// Who else is in a room and who is typing: from its state to the header and the line above the box.

import { word } from "../helpers/words.js";

const EVERY_MS = 1000
const TOLD_BY = new Set(["room_joined", "presence_update", "typing_indicator", "new_message"])

export class PeopleHere {
  constructor({ room, main, socket, people, me }) {
    Object.assign(this, { room, socket, people, me })
    this.faces = main.querySelector("room-people")
    this.line = main.querySelector(".typing")
    this.faces.start({ presence: room.presence, people })
  }

  // It is in the page, until `signal`.
  show(signal) {
    const typing = setInterval(() => this.#showTyping(), EVERY_MS)
    signal.addEventListener("abort", () => clearInterval(typing))
    this.socket.addEventListener("state", () => this.#showTyping(), { signal })
    this.socket.addEventListener("frame", ({ detail }) => this.#heard(detail), { signal })
    this.#showTyping()
  }

  // Somebody goes by another name now, or has another face.
  rename(person) { this.faces.rename(person) }

  #heard(frame) {
    if (!TOLD_BY.has(frame.type) || (frame.room_id ?? frame.message.room_id) !== this.room.id) return
    if (frame.type === "room_joined" || frame.type === "presence_update") this.faces.show()
    this.#showTyping()
  }

  #showTyping() {
    const ids = this.room.typists.at(Date.now()).filter((id) => id !== this.me.id)
    const text = sentence(ids.map((id) => this.people.get(id)?.name).filter(Boolean))
    if (this.line.textContent !== text) this.line.textContent = text
    if (ids.length) this.people.need(ids, () => this.#showTyping())
  }
}

function sentence(names) {
  const [first, last] = names
  if (names.length > 2) return word("typing_many")
  if (names.length === 2) return word("typing_two", { first, last })
  return first ? word("typing_one", { first }) : ""
}
