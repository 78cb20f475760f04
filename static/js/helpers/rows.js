// The nodes of the timeline in order: messages, with a day above where one begins, and the line above what is new.

import { standing } from "../models/grouping.js";
import { dayName, dayOf } from "./dates.js";
import { clone } from "./templates.js";

export class Rows {
  #days = new Map()
  #newLine = null

  constructor(container) {
    for (const day of container.querySelectorAll(".day")) this.#days.set(day.dataset.day, day)
    this.#newLine = container.querySelector(".new-line")
  }

  get newLine() { return this.#newLine }

  // `items` are {article, creatorId, createdAt, seq}; `newFrom` is the seq of the first new message, or null.
  of(items, newFrom) {
    const nodes = []
    let above = null
    for (const item of items) {
      const { day, newDay, first } = standing(above, item, dayOf)
      const isNew = newFrom !== null && item.seq >= newFrom && !(above?.seq >= newFrom)
      if (newDay) nodes.push(this.#day(day, item.createdAt))
      if (isNew) nodes.push((this.#newLine ??= clone("new-line-template")))
      item.article.classList.toggle("first", first || isNew)
      nodes.push(item.article)
      above = item
    }
    return nodes
  }

  #day(day, date) {
    let node = this.#days.get(day)
    if (!node) {
      node = clone("day-template")
      node.dataset.day = day
      this.#days.set(day, node)
    }
    const name = dayName(date)
    if (node.textContent.trim() !== name) node.firstElementChild.textContent = name
    return node
  }
}
