// <room-people>: who is in the room now, as faces, a number, and a list with a mark for each. Event "open": somebody
// looks at the list.

import { face, paintFace } from "../helpers/people.js";
import { clone } from "../helpers/templates.js";
import { word } from "../helpers/words.js";

const FACES = 3

export class RoomPeople extends HTMLElement {
  start({ presence, people }) {
    Object.assign(this, { presence, people })
    this.menu = this.querySelector("#people")
    this.menu.addEventListener("toggle", ({ newState }) => newState === "open" && this.dispatchEvent(new Event("open")))
  }

  // Take over the list of `other`, which is fresher.
  replace(other) {
    const { activeElement } = document
    this.menu.replaceChildren(...other.querySelector("#people").childNodes)
    if (this.presence.count) this.show()
    if (activeElement?.isConnected === false) this.menu.querySelector("a")?.focus()
  }

  show() {
    const { presence } = this
    const here = presence.here.map((id) => this.people.get(id)).filter(Boolean)
    this.people.need(presence.here, () => this.show())
    this.querySelector(".stack").replaceChildren(...here.slice(0, FACES).map((person) => face(person, "small")))
    this.querySelector(".people-count").textContent = presence.count
    this.querySelector(".people-button").setAttribute("aria-label", word("here", { count: presence.count }))
    for (const person of here) this.#row(person)
    for (const row of this.querySelectorAll("li")) this.#mark(row.querySelector(".dot"), presence.isHere(row.dataset.userId))
  }

  // Somebody goes by another name now, or has another face.
  rename(person) {
    const row = this.querySelector(`li[data-user-id="${person.id}"]`)
    if (row) this.#sign(row, person)
    this.show()
  }

  #row(person) {
    if (this.querySelector(`li[data-user-id="${person.id}"]`)) return
    const row = clone("person-template")
    row.dataset.userId = person.id
    this.#sign(row, person)
    this.querySelector("ul").append(row)
  }

  #sign(row, person) {
    paintFace(row.querySelector(".face"), person)
    row.querySelector("bdi").textContent = person.name
  }

  #mark(dot, isHere) {
    dot.dataset.online = isHere
    dot.setAttribute("aria-label", isHere ? dot.dataset.here : dot.dataset.away)
  }
}
customElements.define("room-people", RoomPeople)
