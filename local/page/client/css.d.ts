/** esbuild puts it into app.css. */
declare module '*.css'
