// Clones of the server's <template>s: the browser builds no markup of its own.

export function clone(id) {
  return document.importNode(document.getElementById(id).content.firstElementChild, true)
}

// Make `container` hold exactly `nodes`, in order, moving no more than it must.
export function arrange(container, nodes) {
  const wanted = new Set(nodes)
  for (const child of [...container.childNodes]) if (!wanted.has(child)) child.remove()
  let next = container.firstChild
  for (const node of nodes) {
    if (node === next) next = next.nextSibling
    else container.insertBefore(node, next)
  }
}
