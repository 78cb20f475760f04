// Faces and names; chat/templatetags/faces.py does the same on the server.

import { word } from "./words.js";

const HUES = 12

export function hue(id) {
  const tail = parseInt(String(id ?? "").slice(-4), 16)
  return `hue-${Number.isNaN(tail) ? 0 : tail % HUES}`
}

export function initials(name) {
  const words = String(name ?? "").split(/\s+/).filter(Boolean)
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words
  return letters.map((word) => [...word][0]).join("").toUpperCase()
}

export function paintFace(element, person) {
  element.classList.remove(...[...element.classList].filter((name) => name.startsWith("hue-")))
  element.classList.add(hue(person.id))
  element.textContent = initials(person.name)
  return element
}

export function face(person, size) {
  const element = document.createElement("span")
  element.className = `face ${size}`
  return paintFace(element, person)
}

export function roomName(room, me) {
  if (room.name) return room.name
  const names = otherPeople(room, me).map((person) => person.name)
  return names.length > 1 ? listed(names) : (names[0] ?? "")
}

// First names, unless two are the same.
function listed(names) {
  const short = names.map((name) => name.split(" ")[0])
  const [first, second, ...more] = new Set(short).size === short.length ? short : names
  if (!more.length) return word("names_two", { first, second })
  if (more.length === 1) return word("names_three", { first, second, third: more[0] })
  return word("names_more", { first, second, count: more.length })
}

export function otherPeople(room, me) {
  const people = room.people ?? []
  const others = people.filter((person) => person.id !== me)
  return others.length ? others : people
}
