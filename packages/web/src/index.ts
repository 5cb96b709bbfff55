// The one door of @vcp/web. What is behind it runs in a browser; who serves it needs the folder.

/** Where the built pages lie, once they are built: `index.html`, and `assets/` beside it. */
export const pagesFolder = new URL('../dist/pages/', import.meta.url)
