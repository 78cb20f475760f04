// <people-picker>: people to tick, found while one types; whoever is ticked stays in the list.

const SETTLE_MS = 150

const key = (text) => text.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ")

class PeoplePicker extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[type=search]")
    this.list = this.querySelector("ul")
    this.found = this.querySelector(".found")
    this.querySelector(".find button").hidden = true
    this.field.addEventListener("input", () => this.#soon())
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return
      event.preventDefault()
      this.#find()
    })
  }

  disconnectedCallback() { clearTimeout(this.timer) }

  get #isComplete() { return this.dataset.complete === "true" }

  #soon() {
    clearTimeout(this.timer)
    if (this.#isComplete) this.#find()
    else this.timer = setTimeout(() => this.#find(), SETTLE_MS)
  }

  async #find() {
    clearTimeout(this.timer)
    const wanted = key(this.field.value)
    if (!this.#isComplete) return this.#ask(this.field.value)
    for (const row of this.list.children) row.hidden = !this.#isTicked(row) && !this.#isCalled(row, wanted)
    this.#say(this.list.querySelector("li:not([hidden])") ? "" : this.found.dataset.nobody)
  }

  // The server knows more people than this page: it is asked for those who are called so.
  async #ask(wanted) {
    const response = await fetch(`${location.pathname}?${new URLSearchParams({ q: wanted })}`).catch(() => null)
    if (!response?.ok || this.field.value !== wanted) return
    const page = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("people-picker")
    const ticked = [...this.list.children].filter((row) => this.#isTicked(row))
    const held = new Set(ticked.map((row) => row.querySelector("input").value))
    const others = [...(page?.querySelectorAll("li") ?? [])].filter((row) => !held.has(row.querySelector("input").value))
    const focused = document.activeElement
    this.list.replaceChildren(...ticked, ...others)
    if (ticked.some((row) => row.contains(focused))) focused.focus()
    this.#say(page ? page.querySelector(".found").textContent : this.found.dataset.nobody)
  }

  #isTicked(row) { return row.querySelector("input").checked }

  // As the server finds names: by how one of their words begins.
  #isCalled(row, wanted) { return ` ${key(row.querySelector("bdi").textContent)}`.includes(` ${wanted}`) }

  #say(text) {
    if (this.found.textContent !== text) this.found.textContent = text
  }
}
customElements.define("people-picker", PeoplePicker)
