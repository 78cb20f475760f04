// A message's element: made by cloning the server's template, filled from the protocol's shape, read back into it.

import { clock, full } from "./dates.js";
import { paintFace } from "./people.js";
import { showRooms } from "./room_refs.js";
import { watchScrolling } from "./scrolling.js";
import { clone } from "./templates.js";

// What the server rendered, as far as the timeline needs it.
export function read(article) {
  const { id, seq, version, creatorId, clientId, createdAt } = article.dataset
  return {
    id,
    seq: Number(seq),
    version: Number(version),
    creator_id: creatorId,
    creator: { id: creatorId, name: article.querySelector(".name").textContent },
    client_message_id: clientId,
    created_at: createdAt,
  }
}

export function make() {
  return clone("message-template")
}

export function fill(article, message, me) {
  const { id, seq, version, creator, client_message_id: clientId, created_at: createdAt } = message
  Object.assign(article.dataset, { id, seq, version, creatorId: creator.id, clientId, createdAt })
  article.id = `m-${seq}`
  article.classList.remove("pending", "failed")
  article.querySelector(".state")?.remove()
  sign(article, creator, new Date(createdAt), me)
  article.querySelector(".when").href = `/rooms/${message.room_id}/@${seq}#m-${seq}`
  article.querySelector(".edited").hidden = !message.edited_at
  const body = article.querySelector(".body")
  body.classList.remove("plain")
  // The server sanitised it; nothing else is ever put in as markup.
  body.innerHTML = message.html
  showRooms(body)
  quieten(article, me)
}

// A message under way: its text as written, until the server has rendered it.
export function fillPending(article, entry, person) {
  article.dataset.clientId = entry.clientMessageId
  sign(article, person, new Date(entry.createdAt), person.id)
  const body = article.querySelector(".body")
  body.classList.add("plain")
  body.textContent = entry.content
}

function sign(article, person, date, me) {
  article.classList.toggle("mine", person.id === me)
  article.dataset.creatorId = person.id
  signBy(article, person)
  showTime(article.querySelector("time"), date)
}

export function signBy(article, person) {
  paintFace(article.querySelector(".face"), person)
  article.querySelector(".name").textContent = person.name
}

export function showTime(time, date) {
  time.dateTime = date.toISOString()
  time.textContent = clock(date)
  time.title = full(date)
}

// The timeline is one tab stop: links in a message are reached from it with Enter and the arrows.
export function quieten(article, me) {
  article.tabIndex = -1
  for (const link of article.querySelectorAll("a")) link.tabIndex = -1
  watchScrolling(article)
  for (const mention of article.querySelectorAll(".mention")) {
    mention.classList.toggle("me", mention.dataset.userId === me)
  }
}
