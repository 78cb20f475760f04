// The mark before a room's name: "#", a lock, a face, or how many others there are. templates/chat/_mark.html does the same.

import { face, otherPeople } from "./people.js";

export function paintMark(mark, room, me) {
  mark.dataset.kind = room.kind
  mark.replaceChildren(room.kind === "direct" ? people(room, me) : kind(room.kind))
}

function kind(name) {
  return document.getElementById(`mark-${name}`).content.cloneNode(true)
}

function people(room, me) {
  const others = otherPeople(room, me)
  const shown = face(others[0] ?? {}, "tiny")
  if (others.length > 1) {
    shown.className = "face tiny many"
    shown.textContent = others.length
  }
  shown.ariaHidden = "true"
  return shown
}
