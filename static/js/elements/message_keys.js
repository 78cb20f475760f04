// The keyboard in the timeline, which is one tab stop: arrows move, Enter goes into a message, Escape out of it.

const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }
const INSIDE = { ArrowRight: 1, ArrowLeft: -1 }
const ACTIONS = { e: "edit", u: "unread", Delete: "delete", Backspace: "delete" }

export class MessageKeys {
  // `tools` stand in the message that has the focus; `act(name, article)` does what a key asks for.
  constructor({ element, tools, act }) {
    Object.assign(this, { element, tools, act })
    element.addEventListener("keydown", (event) => this.#pressed(event))
  }

  #pressed(event) {
    const article = event.target.closest(".message")
    if (!article || event.target.closest("textarea") || event.ctrlKey || event.metaKey || event.altKey) return
    const done = event.target === article ? this.#on(article, event.key) : this.#in(article, event.key)
    if (!done) return
    event.preventDefault()
    event.stopPropagation()
  }

  #on(article, key) {
    if (STEPS[key]) this.beside(article, STEPS[key])?.focus()
    else if (key === "Home" || key === "End") this.articles.at(key === "Home" ? 0 : -1)?.focus()
    else if (key === "Enter") this.#step(article, 0)
    else if (ACTIONS[key] && article.dataset.id) this.act(ACTIONS[key], article)
    else return false
    return true
  }

  #in(article, key) {
    if (INSIDE[key]) this.#step(article, INSIDE[key])
    else if (key === "Escape") article.focus()
    else return false
    return true
  }

  get articles() { return [...this.element.querySelectorAll(".messages .message")] }

  // The message before (-1) or after (1) one.
  beside(article, by) {
    const articles = this.articles
    return articles[articles.indexOf(article) + by]
  }

  // Walk through what a message holds: its actions first, then its links.
  #step(article, by) {
    const inside = [...this.tools.querySelectorAll("button:not([hidden])"), ...article.querySelectorAll(".body a, .when")]
    const at = inside.indexOf(document.activeElement)
    inside[(Math.max(at, 0) + by + inside.length) % inside.length]?.focus()
  }
}
