// Light, dark or the system's, at once; without scripts the form does the same through the server.

import { keep } from "./cookies.js";

document.querySelector(".themes")?.addEventListener("click", (event) => {
  const chosen = event.target.closest("button")
  if (!chosen) return
  event.preventDefault()
  document.documentElement.dataset.theme = chosen.value
  keep("theme", chosen.value)
  for (const button of event.currentTarget.querySelectorAll("button")) button.setAttribute("aria-pressed", button === chosen)
})
