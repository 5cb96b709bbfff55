/** Styles are bundled; a page imports them for what they do. */
declare module '*.css' {}
